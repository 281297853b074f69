import { BlockList, isIP } from 'node:net'
import { PRIVATE_RANGES, RESERVED_RANGES } from '../domain/special-ranges.ts'

const NOWHERE = new BlockList()
for (const [network, prefix] of [...PRIVATE_RANGES, ...RESERVED_RANGES])
  NOWHERE.addSubnet(network, prefix, isIP(network) === 4 ? 'ipv4' : 'ipv6')

/** True for an address that is in no country and no network of the internet: a private or a reserved one. */
export function isNowhere(address: string): boolean {
  const version = isIP(address)
  return version !== 0 && NOWHERE.check(address, version === 4 ? 'ipv4' : 'ipv6')
}
