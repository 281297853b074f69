import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { buildNetworks } from './build-networks.ts'

const require = createRequire(import.meta.url)

/** The names of the files that `npm run build` writes beside the bundled code. */
export const BUILT_COUNTRIES = 'country.mmdb'
export const BUILT_NETWORKS = 'networks.bin'

/**
 * Paths of the files with countries and networks: beside the code where that is bundled. In a checkout they come from their packages, and
 * the second is built at first use, in about two seconds, and cached.
 */
export async function geoDatabases(): Promise<{ countries: string; networks: string }> {
  const built = { countries: join(import.meta.dirname, BUILT_COUNTRIES), networks: join(import.meta.dirname, BUILT_NETWORKS) }
  if (existsSync(built.networks)) return built
  const countries = require.resolve('@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb')
  const v4 = require.resolve('@ip-location-db/asn/asn-ipv4-num.csv')
  const folder = dirname(v4)
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  const cache = join(folder, '..', '..', '.cache', 'countersign')
  const networks = join(cache, `networks-2-${version}.bin`)
  if (!existsSync(networks)) {
    const built = await buildNetworks({ v4, v6: join(folder, 'asn-ipv6.csv') })
    mkdirSync(cache, { recursive: true })
    // Written beside and renamed: two processes may build it at the same time.
    const partial = `${networks}.${process.pid}`
    writeFileSync(partial, built)
    renameSync(partial, networks)
  }
  return { countries, networks }
}
