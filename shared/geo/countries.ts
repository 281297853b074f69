import { readFileSync } from 'node:fs'
import { type CountryResponse, Reader } from 'maxmind'
import { ResponderError } from '../errors.ts'

/** The database of the package `geo-whois-asn-country-mmdb` says `country_code`, not MaxMind's nested `country.iso_code`. */
interface CountryRow {
  readonly country_code?: string
}

/** Countries from a local database file, about 8 MB in memory. */
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
