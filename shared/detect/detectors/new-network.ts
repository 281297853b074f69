import { sourceOf } from '../../domain/address-habit.ts'
import { type Baseline, isMature, isNew } from '../../domain/baseline.ts'
import type { Signal } from '../../domain/signal.ts'
import { isExpectedPlace, usualPlaces } from '../../domain/usual-places.ts'
import type { Detector } from '../detector.ts'

/**
 * Weak evidence alone. Networks that rent out machines count more, because intruders seldom call from their own connection. A call through a VPC endpoint has
 * an address of that VPC, which says no network: whoever stole a key can call through an endpoint of an account of its own.
 */
export const newNetwork: Detector = {
  id: 'new-network',
  title: 'Call from a network new to this identity',
  weight: 0.25,
  group: 'origin',
  fact: 'place',
  attack: 'T1078.004',
  runbook: 'Ask the owner about a new office, CI runner or internet provider.',
  delivery: 'every-call',
  matches({ origin, time }, { baseline }) {
    if (isExpectedPlace(baseline, sourceOf(origin))) return undefined
    if (isNewEndpoint(origin, baseline, time)) return { reason: `through ${origin.vpcEndpointId}, a VPC endpoint new to this identity` }
    if (origin.network === undefined || !isMature(baseline) || !isNew(baseline, 'network', origin.network)) return undefined
    const isRented = origin.networkKind === 'hosting' || origin.networkKind === 'anonymiser'
    return { reason: `from ${origin.network} ${origin.organisation ?? ''}`, ...(isRented ? { weight: 0.35, fact: 'rented-network' } : {}) }
  },
}

/** Where the identity has no stable places, an endpoint that it did not use before says nothing. */
function isNewEndpoint({ vpcEndpointId, addressKind, via }: Signal['origin'], baseline: Baseline, time: number): boolean {
  if (vpcEndpointId === undefined || addressKind === 'aws-service' || via !== undefined) return false
  if (!isMature(baseline) || !isNew(baseline, 'network', vpcEndpointId)) return false
  const { addresses, endpoints } = usualPlaces(baseline, time)
  return addresses.length + endpoints.length > 0 && !endpoints.includes(vpcEndpointId)
}
