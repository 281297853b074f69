import type { Places } from '../ports.ts'
import { countriesFrom } from './countries.ts'
import { networksFrom } from './networks.ts'

/** Countries and networks from two local files. Asks no network. */
export function placesFrom(files: { countries: string; networks: string }): Places {
  const countryOf = countriesFrom(files.countries)
  const networkOf = networksFrom(files.networks)
  return { placeOf: (address) => ({ country: countryOf(address), network: networkOf(address) }) }
}
