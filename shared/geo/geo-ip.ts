import type { GeoIp } from '../ports/lookup.ts'
import { countriesFrom } from './countries.ts'
import { networksFrom } from './networks.ts'

/** Locates addresses with two local files, without network access. Throws `config.invalid` when one cannot be read. */
export function geoIpFrom(files: { countries: string; networks: string }): GeoIp {
  const countryOf = countriesFrom(files.countries)
  const networkOf = networksFrom(files.networks)
  return { locate: (address) => ({ country: countryOf(address), network: networkOf(address) }) }
}
