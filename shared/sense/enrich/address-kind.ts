import { BlockList, isIP } from 'node:net'
import { serviceIn } from '../../domain/arn.ts'
import type { AddressKind } from '../../domain/signal.ts'

const PRIVATE = new BlockList()
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4')
}
PRIVATE.addSubnet('fc00::', 7, 'ipv6')
PRIVATE.addSubnet('fe80::', 10, 'ipv6')
PRIVATE.addAddress('::1', 'ipv6')

/**
 * The kind of a CloudTrail `sourceIPAddress`. Where an AWS service made the call, CloudTrail writes the name of the service or `AWS Internal`;
 * a caller cannot choose that text.
 */
export function addressKind(address: string): AddressKind {
  const version = isIP(address)
  if (version === 0) return address === 'AWS Internal' || serviceIn(address) !== undefined ? 'aws-service' : 'unknown'
  return PRIVATE.check(address, version === 4 ? 'ipv4' : 'ipv6') ? 'private' : 'public'
}
