/** A range of addresses: its first address and the length of its prefix. */
export type AddressRange = readonly [network: string, prefix: number]

/** Ranges of networks that are not reached from the internet. */
export const PRIVATE_RANGES: readonly AddressRange[] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
  ['fc00::', 7],
  ['fe80::', 10],
  ['::1', 128],
]

/**
 * Ranges of which no address is anywhere: of documentation, tests, protocols, multicast and what is kept for later. Databases of countries name some by the registry that
 * keeps them, such as Australia for 203.0.113.0/24.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export const RESERVED_RANGES: readonly AddressRange[] = [
  ['0.0.0.0', 8],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001:2::', 48],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['5f00::', 16],
  ['ff00::', 8],
]
