import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { buildNetworks } from './build-networks.ts'

const require = createRequire(import.meta.url)

/** Where the databases of countries and networks lie. The second is built once from its package, in about two seconds, and kept beside it. */
export async function geoDatabases(): Promise<{ countries: string; networks: string }> {
  const countries = require.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb')
  const v4 = require.resolve('@ip-location-db/asn/asn-ipv4-num.csv')
  const folder = dirname(v4)
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  const cache = join(folder, '..', '..', '.cache', 'countersign')
  const networks = join(cache, `networks-1-${version}.bin`)
  if (!existsSync(networks)) {
    const built = await buildNetworks({ v4, v6: join(folder, 'asn-ipv6.csv') })
    mkdirSync(cache, { recursive: true })
    // Whole or not at all: two processes may build it at once.
    const partial = `${networks}.${process.pid}`
    writeFileSync(partial, built)
    renameSync(partial, networks)
  }
  return { countries, networks }
}
