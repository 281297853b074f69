import { type AddressHabit, learnSource, noSources } from './address-habit.ts'
import { copyTable, count, emptyTable, type FrequencyTable, lastOf } from './frequency.ts'
import { type KeyHabit, learnKey, MATURE_CALLS, MATURE_DAYS } from './key-habit.ts'
import { type Signal, text } from './signal.ts'
import { DAY_MS, HOUR_MS } from './time.ts'
import { type UnlearnedHours, withUnlearned } from './unlearned.ts'
import type { PlaceKind } from './usual-places.ts'

/** The features that describe what is normal for an identity, each with the most values that it may hold. */
export const FEATURE_LIMITS = {
  service: 24,
  action: 56,
  region: 18,
  country: 16,
  network: 24,
  agentFamily: 12,
  hourOfWeek: 56,
  peer: 16,
  assumer: 16,
  habit: 12,
  object: 20,
  newObject: 12,
} as const

/** Values are clipped to this many characters: AWS's longest action has 60. */
export const VALUE_LIMIT = 64

export type Feature = keyof typeof FEATURE_LIMITS

/** What is normal for one identity, learned from its own calls. Times are epoch milliseconds. */
export interface Baseline {
  readonly features: Record<Feature, FrequencyTable>
  firstSeen: number
  lastSeen: number
  calls: number
  /** Share of calls that were refused or failed, 0 to 1. */
  errorRate: number
  /** Values that a reviewer declared expected, as `feature=value`, oldest first: they are never new. */
  readonly expected: Set<string>
  /** What is normal for each long-lived key of the identity, by its id. */
  readonly keys: Map<string, KeyHabit>
  /**
   * The newest actions, with when each was first seen (epoch ms), oldest first. For 20 hours they do not count as usual, so that a
   * burst of calls cannot make itself normal.
   */
  readonly recentActions: Map<string, number>
  /** Countries, networks, tools and assumers on probation, as `feature=value`, with when each was first seen (epoch ms), oldest first. */
  readonly probation: Map<string, number>
  /** The address ranges and VPC endpoints of its successful calls. */
  addresses: AddressHabit
  /** When new calls were not learned. */
  unlearnedHours: UnlearnedHours
}

/** From this many calls on an identity has usual places and tools; a new one is then on probation first. */
export const KNOWN_CALLS = 20

/** What is new becomes normal when it is seen again 20 hours later: what an intruder does for an hour does not. Milliseconds. */
export const PROBATION_MS = 20 * HOUR_MS

/** The most places and tools on probation at a time. The oldest is dropped, and its probation starts again when it is seen again. */
const PROBATION_LIMIT = 12

/** The most actions that are remembered as recent. Where all of them are younger than 20 hours, no further one is learned. */
const RECENT_ACTIONS_LIMIT = 16

export function emptyBaseline(): Baseline {
  return {
    features: tables(emptyTable),
    firstSeen: 0,
    lastSeen: 0,
    calls: 0,
    errorRate: 0,
    expected: new Set(),
    probation: new Map(),
    recentActions: new Map(),
    keys: new Map(),
    addresses: noSources(),
    unlearnedHours: [0, 0],
  }
}

/** A copy that shares no mutable part with the original. */
export function copyBaseline(baseline: Baseline): Baseline {
  return {
    ...baseline,
    features: tables((feature) => copyTable(baseline.features[feature])),
    expected: new Set(baseline.expected),
    probation: new Map(baseline.probation),
    recentActions: new Map(baseline.recentActions),
    keys: new Map(baseline.keys),
  }
}

function tables(tableOf: (feature: Feature) => FrequencyTable): Record<Feature, FrequencyTable> {
  return {
    service: tableOf('service'),
    action: tableOf('action'),
    region: tableOf('region'),
    country: tableOf('country'),
    network: tableOf('network'),
    agentFamily: tableOf('agentFamily'),
    hourOfWeek: tableOf('hourOfWeek'),
    peer: tableOf('peer'),
    assumer: tableOf('assumer'),
    habit: tableOf('habit'),
    object: tableOf('object'),
    newObject: tableOf('newObject'),
  }
}

/** Confidence in a baseline, 0 to 1: the smaller of its age out of 7 days and its calls out of 50. */
export function maturity(baseline: Baseline): number {
  const age = (baseline.lastSeen - baseline.firstSeen) / DAY_MS / MATURE_DAYS
  return Math.min(1, age, baseline.calls / MATURE_CALLS)
}

/** True after a week and 50 calls. */
export function isMature(baseline: Baseline): boolean {
  return maturity(baseline) >= 1
}

/** True where the identity has a past that does not include this value of the feature, and no reviewer declared the value expected. */
export function isNew(baseline: Baseline, feature: Feature, value: string | undefined): boolean {
  if (value === undefined || baseline.calls === 0) return false
  const clipped = value.slice(0, VALUE_LIMIT)
  return !baseline.features[feature].values.includes(clipped) && !baseline.expected.has(keyOf(feature, value))
}

/** When a value of a feature was seen last (epoch ms), or undefined. */
export function lastSeenOf({ features }: Baseline, feature: Feature, value: string): number | undefined {
  return lastOf(features[feature], value.slice(0, VALUE_LIMIT))
}

/** The most values that reviewers may declare expected for one identity. */
const EXPECTED_LIMIT = 32

/** Declares a value expected from now on. Where there would be more than 32, the one declared first is forgotten. */
export function expectValue(baseline: Baseline, feature: Feature | PlaceKind, value: string): void {
  const key = keyOf(feature, value)
  baseline.expected.delete(key)
  baseline.expected.add(key)
  if (baseline.expected.size > EXPECTED_LIMIT) baseline.expected.delete(baseline.expected.values().next().value as string)
}

/** The hour of the week in UTC of a time (epoch ms), `mon-00` to `sun-23`. */
export function hourOfWeek(at: number): string {
  // The epoch began on a Thursday, three days after a Monday.
  return HOURS_OF_WEEK[(Math.floor(at / HOUR_MS) + 3 * 24) % HOURS_OF_WEEK.length] as string
}

const HOURS_OF_WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].flatMap((day) =>
  Array.from({ length: 24 }, (_, hour) => `${day}-${String(hour).padStart(2, '0')}`),
)

/** Learns one call. Every feature is bounded, so the baseline does not grow with traffic. */
export function learn(baseline: Baseline, signal: Signal): void {
  const at = signal.time
  if (baseline.calls === 0 || at < baseline.firstSeen) baseline.firstSeen = at
  if (at > baseline.lastSeen) baseline.lastSeen = at
  baseline.calls += 1
  const { country, network, addressKind, agentFamily } = signal.origin
  learnValue(baseline, 'service', { value: signal.service, at })
  // Only successful calls count, so that an intruder cannot make a habit of calls that are bound to fail.
  if (signal.outcome === 'success') {
    learnAction(baseline, signal.action, at)
    baseline.addresses = learnSource(baseline.addresses, signal.origin, at)
  }
  learnValue(baseline, 'region', { value: signal.region, at })
  learnOrigin(baseline, 'country', { value: country, at })
  learnOrigin(baseline, 'network', { value: network, at })
  if (addressKind === 'public') learnOrigin(baseline, 'agentFamily', { value: agentFamily, at })
  learnValue(baseline, 'hourOfWeek', { value: hourOfWeek(at), at })
  if (signal.service === 'sts') learnValue(baseline, 'peer', { value: text(signal.request, 'roleArn'), at })
  if (signal.credential.kind === 'access-key') learnKeyUse(baseline, signal)
  // A running mean over about the last 200 calls.
  baseline.errorRate += ((signal.outcome === 'success' ? 0 : 1) - baseline.errorRate) / Math.min(baseline.calls, 200)
}

/** Learns which identity assumed a role, after its probation. An assumption is not a call of the role, so it counts as none. */
export function learnAssumer(baseline: Baseline, { assumer, time }: Signal): void {
  learnOrigin(baseline, 'assumer', { value: assumer?.id, at: time })
}

function learnValue({ features }: Baseline, feature: Feature, { value, at }: { value: string | undefined; at: number }): void {
  if (value !== undefined) count(features[feature], value.slice(0, VALUE_LIMIT), { at, limit: FEATURE_LIMITS[feature] })
}

function learnAction(baseline: Baseline, action: string, at: number): void {
  if (baseline.calls > KNOWN_CALLS && isNew(baseline, 'action', action)) {
    const { recentActions } = baseline
    if (recentActions.size >= RECENT_ACTIONS_LIMIT && !dropPast(recentActions, at)) {
      baseline.unlearnedHours = withUnlearned(baseline.unlearnedHours, at)
      return
    }
    recentActions.set(action.slice(0, VALUE_LIMIT), at)
  }
  learnValue(baseline, 'action', { value: action, at })
}

/** Drops an action that is no longer recent. False where all are: none of them may count as usual because others came after it. */
function dropPast(recentActions: Map<string, number>, at: number): boolean {
  const past = [...recentActions].find(([, since]) => at - since >= PROBATION_MS)
  return past !== undefined && recentActions.delete(past[0])
}

/** True where an identity made a call for the first time less than 20 hours before `at` (epoch ms), however often since then. */
export function isRecentAction({ recentActions }: Baseline, action: string, at: number): boolean {
  const since = recentActions.get(action.slice(0, VALUE_LIMIT))
  return since !== undefined && at - since < PROBATION_MS
}

/** A new origin counts after its probation; in the first 20 calls of an identity it counts at once. */
function learnOrigin(baseline: Baseline, feature: Feature, { value, at }: { value: string | undefined; at: number }): void {
  if (value === undefined) return
  const isKnown = baseline.calls <= KNOWN_CALLS || !isNew(baseline, feature, value)
  if (!isKnown && !hasPassedProbation(baseline.probation, keyOf(feature, value), at)) return
  learnValue(baseline, feature, { value, at })
}

/** False the first time that a value is seen, which begins its probation, and until 20 hours after that. */
function hasPassedProbation(probation: Map<string, number>, key: string, at: number): boolean {
  const since = probation.get(key)
  if (since === undefined) {
    if (probation.size >= PROBATION_LIMIT) probation.delete(probation.keys().next().value as string)
    probation.set(key, at)
    return false
  }
  if (at - since < PROBATION_MS) return false
  probation.delete(key)
  return true
}

/** What is on probation for the identity is not learned for its key either. */
function learnKeyUse(baseline: Baseline, { credential, origin, time }: Signal): void {
  const isUsualNetwork = !isNew(baseline, 'network', origin.network)
  const isUsualTool = origin.addressKind === 'public' && !isNew(baseline, 'agentFamily', origin.agentFamily)
  learnKey(baseline.keys, {
    keyId: credential.id,
    time,
    network: isUsualNetwork ? origin.network : undefined,
    agent: isUsualTool ? origin.agentFamily : undefined,
  })
}

/** One value of one feature as text, such as `country=DE`. */
function keyOf(feature: Feature | PlaceKind, value: string): string {
  return `${feature}=${value.slice(0, VALUE_LIMIT)}`
}
