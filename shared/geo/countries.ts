import { readFileSync } from 'node:fs'
import { type CountryResponse, Reader } from 'maxmind'
import { ResponderError } from '../errors.ts'

/** A row of the database in the package `geo-whois-asn-country-mmdb`: `country_code` instead of MaxMind's nested `country.iso_code`. */
interface CountryRow {
  readonly country_code?: string
}

/** Loads a local database of countries, about 8 MB in memory. Throws `config.invalid` when the file cannot be read. */
export function countriesFrom(path: string): (address: string) => string | undefined {
  try {
    const reader = new Reader<CountryResponse & CountryRow>(readFileSync(path))
    return (address) => reader.get(address)?.country_code
  } catch (cause) {
    throw new ResponderError(
      'config.invalid',
      `cannot read the country database ${path}: ${cause instanceof Error ? cause.message : 'unknown error'}`,
      { cause },
    )
  }
}
