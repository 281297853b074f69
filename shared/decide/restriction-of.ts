import { isAboutAct } from '../domain/attempt.ts'
import { type Baseline, FEATURE_LIMITS, PROBATION_MS } from '../domain/baseline.ts'
import type { Finding } from '../domain/finding.ts'
import { dependentActionsOf, iamActionsOf, iamServiceOf } from '../domain/iam-actions.ts'
import { MATURE_CALLS, MATURE_DAYS } from '../domain/key-habit.ts'
import { type LastUsed, type UsedBefore, usedBefore } from '../domain/last-used.ts'
import { RESTRICTION_LIMITS, type Restriction } from '../domain/restriction.ts'
import { DAY_MS } from '../domain/time.ts'
import { isUnlearned } from '../domain/unlearned.ts'
import { usualPlaces } from '../domain/usual-places.ts'

/** What a restriction is computed from. */
export interface RestrictionBasis {
  readonly baseline: Baseline
  /** What counts against the identity: its earliest finding is the first suspicious signal. */
  readonly evidence: readonly Finding[]
  /** The time of the newest signal (epoch ms): where nothing counts against the identity, all its habit is from before. */
  readonly at: number
  /** Of a role: the names of the sessions to restrict. Empty for a user. */
  readonly sessions: readonly string[]
  /** True where calls from outside its usual places are denied as well. */
  readonly isFenced: boolean
  /** True where all management events of the identity are delivered: its reads too, and those of its sessions where it is a role. */
  readonly isWholeSeen: boolean
  /** IAM's last-used data of the identity; absent where there is none. */
  readonly lastUsed?: LastUsed | undefined
}

/**
 * The restriction of an identity: its habit from before the first suspicious signal. Only successful calls count, and only what was first made more than 20
 * hours before. It is not covered, and then a fixed list alone is denied, where the baseline is young, full or could not keep up, or not everything was seen.
 *
 * Last-used data adds services that are used by data plane alone, which no call shows, and says which data planes were never used.
 */
export function restrictionOf({ baseline, evidence, at, sessions, isFenced, isWholeSeen, lastUsed }: RestrictionBasis): Restriction {
  const since = Math.min(at, ...evidence.filter(isAboutAct).map(({ time }) => time))
  const calls = habitualCalls(baseline, since)
  const own = distinct(calls.flatMap(iamActionsOf))
  const actions = distinct([...own, ...own.flatMap(dependentActionsOf)])
  const seen = distinct([...calls.flatMap((call) => iamServiceOf(call.slice(0, call.indexOf(':'))) ?? []), ...SUPPORTING])
  const known = lastUsed === undefined ? undefined : usedBefore(lastUsed, since)
  const services = distinct([...seen, ...(known?.used ?? [])])
  const { addresses, endpoints } = usualPlaces(baseline, since)
  const fits = actions.length <= RESTRICTION_LIMITS.actions && services.length <= RESTRICTION_LIMITS.services
  return {
    services: services.slice(0, RESTRICTION_LIMITS.services),
    actions: actions.slice(0, RESTRICTION_LIMITS.actions),
    addresses: addresses.slice(0, RESTRICTION_LIMITS.addresses),
    endpoints: endpoints.slice(0, RESTRICTION_LIMITS.endpoints),
    sessions: sessions.slice(0, RESTRICTION_LIMITS.sessions),
    isFenced,
    isCovered:
      isWholeSeen &&
      fits &&
      calls.length > 0 &&
      wasMature(baseline, since) &&
      !isFull(baseline) &&
      !isUnlearned(baseline.unlearnedHours, since),
    ...(known === undefined ? {} : factsOf(known, seen)),
  }
}

/**
 * What of last-used data the restriction says beside its services. It is no part of `isCovered`: which actions are habit it does not say, nor which services a
 * policy of a bucket or queue lets the identity use.
 */
function factsOf({ takenAt, used, neverUsed }: UsedBefore, seen: readonly string[]): Pick<Restriction, 'neverUsed' | 'lastUsed'> {
  const alone = used.filter((service) => !seen.includes(service))
  return {
    neverUsed: neverUsed.filter((service) => !seen.includes(service)),
    lastUsed: { takenAt, services: alone.slice(0, RESTRICTION_LIMITS.services) },
  }
}

function wasMature({ firstSeen, calls }: Baseline, since: number): boolean {
  return calls >= MATURE_CALLS && since - firstSeen >= MATURE_DAYS * DAY_MS
}

/** Services use KMS with the rights of their caller, for whatever is encrypted; many trails leave those calls out. */
const SUPPORTING = ['kms']

/** Calls that were first made before, and not within the last 20 hours. The baseline learns successful calls only. */
function habitualCalls({ features, recentActions }: Baseline, since: number): readonly string[] {
  return features.action.values.filter((action) => {
    const first = recentActions.get(action)
    return first === undefined || since - first >= PROBATION_MS
  })
}

/** A table that is full has forgotten something, or soon will. */
function isFull({ features }: Baseline): boolean {
  return (['action', 'service'] as const).some((feature) => features[feature].values.length >= FEATURE_LIMITS[feature])
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}
