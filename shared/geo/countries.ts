import { readFileSync } from 'node:fs'
import { type CountryResponse, Reader } from 'maxmind'
import { ResponderError } from '../errors.ts'
import type { Countries } from '../ports.ts'

/** The database of the package `geo-whois-asn-country-mmdb` says `country_code`, not MaxMind's nested `country.iso_code`. */
interface CountryRow {
  readonly country_code?: string
}

/** Countries from a local database file, about 8 MB in memory. No network. */
export function countriesFrom(path: string): Countries {
  try {
    const reader = new Reader<CountryResponse & CountryRow>(readFileSync(path))
    return { countryOf: (address) => reader.get(address)?.country_code }
  } catch (cause) {
    throw new ResponderError(
      'config.invalid',
      `cannot read the country database ${path}: ${cause instanceof Error ? cause.message : 'unknown error'}`,
      { cause },
    )
  }
}
