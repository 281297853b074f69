import { isNew, KNOWN_CALLS } from '../domain/baseline.ts'
import type { Signal } from '../domain/signal.ts'
import { HOUR_MS } from '../domain/time.ts'
import type { Context } from './detector.ts'

/** An identity has usual origins from its second day on: the number of calls alone can be reached in a minute. Milliseconds. */
const KNOWN_FOR_MS = 20 * HOUR_MS

/**
 * True where a call comes from a usual origin of its identity: the country and the tool are known, and the network is known or is not one
 * that rents out machines. The network counts because intruders rent machines in the country of the victim.
 *
 * A call that an AWS service such as CloudFormation makes for the identity shows neither country nor tool. It is familiar where all the
 * countries that the credential itself was used from are known.
 */
export function isFamiliar({ origin }: Signal, { baseline, window }: Context): boolean {
  if (baseline.calls < KNOWN_CALLS || baseline.lastSeen - baseline.firstSeen < KNOWN_FOR_MS) return false
  if (origin.addressKind === 'aws-service') {
    if (window.countries.length === 0) return baseline.features.country.values.length === 0
    return window.countries.every((country) => !isNew(baseline, 'country', country))
  }
  if (origin.country === undefined) return false
  const isRented = origin.networkKind === 'hosting' || origin.networkKind === 'anonymiser'
  if (isRented && isNew(baseline, 'network', origin.network)) return false
  return !isNew(baseline, 'country', origin.country) && !isNew(baseline, 'agentFamily', origin.agentFamily)
}

/** True for a session that AWS issued to a workload by its own word, and that is used inside AWS, where it was issued. */
export function isInPlace({ isWorkloadStated, origin }: Pick<Signal, 'isWorkloadStated' | 'origin'>): boolean {
  return isWorkloadStated === true && (origin.addressKind !== 'public' || origin.networkKind === 'aws')
}
