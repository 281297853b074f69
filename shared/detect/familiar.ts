import { isNew, KNOWN_CALLS } from '../domain/baseline.ts'
import type { Signal } from '../domain/signal.ts'
import { HOUR_MS } from '../domain/time.ts'
import type { Context } from './detector.ts'

/** A flood makes many calls in a minute: a place is known from the second day on. Milliseconds. */
const KNOWN_FOR_MS = 20 * HOUR_MS

/**
 * True where the country and the tool are ones that the identity is known by, and the network is not one that anybody can hire and it never used: intruders
 * take a machine in the country of the victim. A call that an AWS service makes for it, such
 * as CloudFormation, shows neither: then it counts from where the credential was used itself.
 */
export function isFamiliar({ origin }: Signal, { baseline, window }: Context): boolean {
  if (baseline.calls < KNOWN_CALLS || baseline.lastSeen - baseline.firstSeen < KNOWN_FOR_MS) return false
  if (origin.addressKind === 'aws-service') {
    if (window.countries.length === 0) return baseline.features.country.values.length === 0
    return window.countries.every((country) => !isNew(baseline, 'country', country))
  }
  if (origin.country === undefined) return false
  const isHired = origin.networkKind === 'hosting' || origin.networkKind === 'anonymiser'
  if (isHired && isNew(baseline, 'network', origin.network)) return false
  return !isNew(baseline, 'country', origin.country) && !isNew(baseline, 'agentFamily', origin.agentFamily)
}
