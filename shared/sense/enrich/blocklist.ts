import { BlockList, isIP } from 'node:net'
import type { Policy } from '../../domain/policy.ts'
import type { Signal } from '../../domain/signal.ts'

/** A function that marks signals whose address or network is on the policy's blocklist. The blocklist applies without a deploy. */
export function blocklistMarker({ blocklist }: Pick<Policy, 'blocklist'>): (signal: Signal) => Signal {
  if (blocklist.length === 0) return (signal) => signal
  const networks = new Set(blocklist.filter((entry) => entry.startsWith('AS')))
  const addresses = new BlockList()
  for (const entry of blocklist) {
    const [address = '', prefix] = entry.split('/')
    const version = isIP(address)
    if (version === 0) continue
    const family = version === 4 ? 'ipv4' : 'ipv6'
    if (prefix === undefined) addresses.addAddress(address, family)
    else addresses.addSubnet(address, Number(prefix), family)
  }
  return (signal) => {
    const { address, network } = signal.origin
    const version = isIP(address)
    const isListed =
      (network !== undefined && networks.has(network)) || (version !== 0 && addresses.check(address, version === 4 ? 'ipv4' : 'ipv6'))
    return isListed ? { ...signal, origin: { ...signal.origin, isBlocklisted: true } } : signal
  }
}
