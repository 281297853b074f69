import { networkKind, networkName } from '../../domain/network.ts'
import type { Policy } from '../../domain/policy.ts'
import type { Origin, Signal } from '../../domain/signal.ts'
import type { GeoIp } from '../../ports/lookup.ts'
import { addressKind } from './address-kind.ts'
import { agentFamily } from './agent-family.ts'
import { blocklistMarker } from './blocklist.ts'
import { canaryMarker } from './canaries.ts'
import { policyTagMarker } from './policy-tags.ts'
import { type OwnResources, tamperingMarker } from './tampering.ts'

type Located = Pick<Origin, 'addressKind' | 'country' | 'network' | 'organisation' | 'networkKind'>

/**
 * A call through a VPC endpoint has an address of that VPC. Whoever makes a VPC chooses its ranges, also public ones that others use: the address says no country and no network.
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
 */
const UNPLACED = { country: undefined, network: undefined, organisation: undefined, networkKind: undefined }

/** The most addresses that the cache holds; a lookup in the databases takes about 3 µs. */
const ADDRESSES_LIMIT = 10_000

/** What enrichment needs. */
export interface EnrichPorts {
  readonly geoIp: GeoIp
  readonly own: OwnResources
}

/**
 * A function that adds to a signal what its source does not say: the country, network and tool that it came from, whether the policy's
 * blocklist names its origin or the policy a tag that it changes or the user as a canary, the organisation of the account and the claims that are its own, and whether
 * the call changes the responder. It makes no network request. Enriching a signal twice has the effect
 * of enriching it once.
 */
export function enricher({
  geoIp,
  own,
}: EnrichPorts): (
  policy: Pick<Policy, 'blocklist'> &
    Partial<Pick<Policy, 'organization' | 'protected' | 'tiers' | 'criticality' | 'trustedClaims' | 'canaries'>>,
) => (signal: Signal) => Signal {
  const locate = locator(geoIp)
  const markTampering = tamperingMarker(own)
  return (policy) => {
    const { organization, trustedClaims = [] } = policy
    const markBlocklisted = blocklistMarker(policy)
    const markTags = policyTagMarker(policy)
    const markCanary = canaryMarker(policy)
    const known = { ...(organization === undefined ? {} : { organization }), ...(trustedClaims.length === 0 ? {} : { trustedClaims }) }
    const markKnown = (signal: Signal): Signal => (Object.keys(known).length === 0 ? signal : { ...signal, ...known })
    return (signal) => markKnown(markCanary(markTags(markBlocklisted(markTampering(locate(signal))))))
  }
}

function locator(geoIp: GeoIp): (signal: Signal) => Signal {
  const known = new Map<string, Located>()
  const locate = (address: string): Located => {
    const before = known.get(address)
    if (before !== undefined) return before
    const located = locatedIn(geoIp, address)
    if (known.size >= ADDRESSES_LIMIT) known.clear()
    known.set(address, located)
    return located
  }
  return (signal) => {
    if (signal.origin.agentFamily !== 'unknown') return signal
    const { origin } = signal
    const place = origin.vpcEndpointId === undefined ? locate(origin.address) : { ...UNPLACED, addressKind: addressKind(origin.address) }
    return { ...signal, origin: { ...origin, ...place, agentFamily: agentFamily(origin.agent) } }
  }
}

function locatedIn(geoIp: GeoIp, address: string): Located {
  const kind = addressKind(address)
  const { country, network } = kind === 'public' ? geoIp.locate(address) : { country: undefined, network: undefined }
  return {
    addressKind: kind,
    country,
    network: network && networkName(network),
    organisation: network?.organisation,
    networkKind: network && networkKind(network),
  }
}
