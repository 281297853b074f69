import { createRequire } from 'node:module'

/** Where the country database of the installed package lies. */
export function countryDatabase(): string {
  return createRequire(import.meta.url).resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb')
}
