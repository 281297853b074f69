import { BlockList, isIP } from 'node:net'
import { serviceIn } from '../../domain/arn.ts'
import type { AddressKind } from '../../domain/signal.ts'
import { PRIVATE_RANGES } from '../../domain/special-ranges.ts'

const PRIVATE = new BlockList()
for (const [network, prefix] of PRIVATE_RANGES) PRIVATE.addSubnet(network, prefix, isIP(network) === 4 ? 'ipv4' : 'ipv6')

/**
 * The kind of a CloudTrail `sourceIPAddress`. Where an AWS service made the call, CloudTrail writes the name of the service or `AWS Internal`;
 * a caller cannot choose that text.
 */
export function addressKind(address: string): AddressKind {
  const version = isIP(address)
  if (version === 0) return address === 'AWS Internal' || serviceIn(address) !== undefined ? 'aws-service' : 'unknown'
  return PRIVATE.check(address, version === 4 ? 'ipv4' : 'ipv6') ? 'private' : 'public'
}
