import type { GeoIp } from '../ports/lookup.ts'
import { countriesFrom } from './countries.ts'
import { networksFrom } from './networks.ts'

/** Countries and networks from two local files. Asks no network. */
export function geoIpFrom(files: { countries: string; networks: string }): GeoIp {
  const countryOf = countriesFrom(files.countries)
  const networkOf = networksFrom(files.networks)
  return { locate: (address) => ({ country: countryOf(address), network: networkOf(address) }) }
}
