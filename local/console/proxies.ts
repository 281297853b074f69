import { BlockList, isIP } from 'node:net'
import { ResponderError } from '../../shared/errors.ts'

/** The most addresses and ranges that are named. */
const MOST = 64

/** The widest range of each version, in bits of its prefix: that of the largest subnet of a VPC (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html). */
const WIDEST = { 4: 16, 6: 44 } as const

/** IPv4 addresses as IPv6 writes them: a range of these would be one of IPv4 that its prefix does not show. */
const MAPPED = listOf('::ffff:0:0', 96)

/** Whose requests are read: the addresses of proxies. */
export interface Proxies {
  /** As they were named. */
  readonly text: string
  /** True for the address of one of them, as a socket has it. */
  has(address: string): boolean
}

/** Reads a list such as `10.0.1.7,10.0.2.0/24`. Throws `usage` where an entry is no address or range, or is wider than a network of proxies is. */
export function proxiesIn(text: string): Proxies {
  const entries = text.split(',').map((entry) => entry.trim())
  if (entries.length > MOST) throw wrong(`has ${entries.length} entries`)
  const list = new BlockList()
  for (const entry of entries) addTo(list, entry)
  return { text: entries.join(', '), has: (address) => isIn(list, address) }
}

function addTo(list: BlockList, entry: string): void {
  const [address = '', bits, ...more] = entry.split('/')
  const version = isIP(address)
  if ((version !== 4 && version !== 6) || address.includes('%') || more.length > 0) throw wrong(`got "${entry}"`)
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) throw wrong(`got "${entry}"`)
  const most = version === 4 ? 32 : 128
  const prefix = bits === undefined ? most : Number(bits)
  if (prefix > most) throw wrong(`got "${entry}"`)
  if (prefix < WIDEST[version]) throw wrong(`"${entry}" is wider than /${WIDEST[version]}: everybody in it could say who looks`)
  if (version === 6 && (isIn(MAPPED, address) || isIn(listOf(address, prefix), '::ffff:0:0')))
    throw wrong(`"${entry}" holds addresses of IPv4: write them as IPv4`)
  list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6')
}

function isIn(list: BlockList, address: string): boolean {
  const version = isIP(address)
  // A link-local address with its interface (`fe80::1%eth0`) is none that can be named.
  if (version === 0 || address.includes('%')) return false
  return list.check(address, version === 4 ? 'ipv4' : 'ipv6')
}

function listOf(network: string, prefix: number): BlockList {
  const list = new BlockList()
  list.addSubnet(network, prefix, 'ipv6')
  return list
}

function wrong(got: string): ResponderError {
  return new ResponderError(
    'usage',
    `--proxy must be the addresses or ranges of your proxies, such as 10.0.1.7 or 10.0.2.0/24, by commas, at most ${MOST}: ${got}`,
  )
}
