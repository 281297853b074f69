import { copyTable, count, emptyTable, type FrequencyTable, lastOf } from './frequency.ts'
import { type Signal, text } from './signal.ts'
import { DAY_MS, HOUR_MS } from './time.ts'

/** The features that describe what is normal for an identity, each with the number of values it may hold. */
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
} as const

/** Characters of a value: AWS's longest action has 60. */
const VALUE_LIMIT = 64

export type Feature = keyof typeof FEATURE_LIMITS

/** A baseline is mature after a week and 50 calls; before that it says less about what is new. */
const MATURE_DAYS = 7
const MATURE_CALLS = 50

/** What is normal for one identity, learned from its own calls. Times are epoch milliseconds. */
export interface Baseline {
  readonly features: Record<Feature, FrequencyTable>
  firstSeen: number
  lastSeen: number
  calls: number
  /** Share of calls that were refused or failed, 0 to 1. */
  errorRate: number
  /** Values that a reviewer called expected: they are never new. */
  readonly expected: Set<string>
  /** What is normal for each long-lived key of the identity, by its id. */
  readonly keys: Map<string, KeyHabit>
  /** Actions that were new less than a day ago, with when they were first seen (epoch ms), oldest first: a burst makes no habit of itself. */
  readonly newcomers: Map<string, number>
  /** Places and tools on probation, as `feature=value`, with when they were first seen (epoch ms), oldest first. */
  readonly probation: Map<string, number>
}

/** Where and with what one long-lived key is used. */
export interface KeyHabit {
  readonly firstSeen: number
  readonly calls: number
  readonly networks: readonly string[]
  readonly agents: readonly string[]
}

/** A user has two keys at a time; an older one is remembered for a while. */
const KEYS_LIMIT = 3
const KEY_NETWORKS_LIMIT = 8
const KEY_AGENTS_LIMIT = 4

/** An identity has usual places after so many calls; a new one is then on probation first. */
export const KNOWN_CALLS = 20

/** A new place or tool is normal when it is seen again after this long: an intruder's first hour is not. Milliseconds. */
const PROBATION_MS = 20 * HOUR_MS

/** The most places and tools on probation at a time; the oldest leaves, and starts anew. */
const PROBATION_LIMIT = 12

/** The most new actions that are remembered as such. */
const NEWCOMERS_LIMIT = 16

export function emptyBaseline(): Baseline {
  return {
    features: tables(emptyTable),
    firstSeen: 0,
    lastSeen: 0,
    calls: 0,
    errorRate: 0,
    expected: new Set(),
    probation: new Map(),
    newcomers: new Map(),
    keys: new Map(),
  }
}

/** A copy that shares nothing mutable with its origin. */
export function copyBaseline(baseline: Baseline): Baseline {
  return {
    ...baseline,
    features: tables((feature) => copyTable(baseline.features[feature])),
    expected: new Set(baseline.expected),
    probation: new Map(baseline.probation),
    newcomers: new Map(baseline.newcomers),
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
  }
}

/** Confidence in a baseline, 0 to 1: how old it is and how much it has seen, each against what makes it mature. */
export function maturity(baseline: Baseline): number {
  if (baseline.calls === 0) return 0
  const age = (baseline.lastSeen - baseline.firstSeen) / DAY_MS / MATURE_DAYS
  return Math.min(1, age, baseline.calls / MATURE_CALLS)
}

export function isMature(baseline: Baseline): boolean {
  return maturity(baseline) >= 1
}

/** True where the identity has a past and this value of the feature is not in it. */
export function isNew(baseline: Baseline, feature: Feature, value: string | undefined): boolean {
  if (value === undefined || baseline.calls === 0) return false
  const name = value.slice(0, VALUE_LIMIT)
  return !baseline.features[feature].values.includes(name) && !baseline.expected.has(`${feature}=${name}`)
}

/** When a value of a feature was seen last (epoch ms), or undefined. */
export function lastSeenOf({ features }: Baseline, feature: Feature, value: string): number | undefined {
  return lastOf(features[feature], value.slice(0, VALUE_LIMIT))
}

/** The most values that reviewers may call expected for one identity. */
const EXPECTED_LIMIT = 32

/** Takes a value as expected from now on; the oldest such word is forgotten when there are too many. */
export function expectValue(baseline: Baseline, feature: Feature, value: string): void {
  const word = `${feature}=${value.slice(0, VALUE_LIMIT)}`
  baseline.expected.delete(word)
  baseline.expected.add(word)
  if (baseline.expected.size > EXPECTED_LIMIT) baseline.expected.delete(baseline.expected.values().next().value as string)
}

/** Monday 00 to Sunday 23, UTC: `mon-09`. */
export function hourOfWeek(at: number): string {
  // The epoch began on a Thursday, three days after a Monday.
  return HOURS_OF_WEEK[(Math.floor(at / HOUR_MS) + 3 * 24) % HOURS_OF_WEEK.length] as string
}

const HOURS_OF_WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].flatMap((day) =>
  Array.from({ length: 24 }, (_, hour) => `${day}-${String(hour).padStart(2, '0')}`),
)

/** Learns one call. Every feature is bounded, so the size does not grow with traffic. */
export function learn(baseline: Baseline, signal: Signal): void {
  const at = signal.time
  if (baseline.calls === 0 || at < baseline.firstSeen) baseline.firstSeen = at
  if (at > baseline.lastSeen) baseline.lastSeen = at
  baseline.calls += 1
  const { country, network, addressKind, agentFamily } = signal.origin
  see(baseline, 'service', { value: signal.service, at })
  // What never worked is no habit: else an intruder could make one of calls that are bound to fail.
  if (signal.outcome === 'success') seeAction(baseline, signal.action, at)
  see(baseline, 'region', { value: signal.region, at })
  seeOrigin(baseline, 'country', { value: country, at })
  seeOrigin(baseline, 'network', { value: network, at })
  if (addressKind === 'public') seeOrigin(baseline, 'agentFamily', { value: agentFamily, at })
  see(baseline, 'hourOfWeek', { value: hourOfWeek(at), at })
  if (signal.service === 'sts') see(baseline, 'peer', { value: text(signal.request, 'roleArn'), at })
  if (signal.credential.kind === 'access-key') learnKey(baseline, signal)
  // The share of calls that did not work, over about the last two hundred.
  baseline.errorRate += ((signal.outcome === 'success' ? 0 : 1) - baseline.errorRate) / Math.min(baseline.calls, 200)
}

/** Learns who took a role on, once that has stood its probation; counted once an hour. It is no call of the role's. */
export function learnAssumer(baseline: Baseline, { assumer, time }: Signal): void {
  seeOrigin(baseline, 'assumer', { value: assumer?.id, at: time })
}

/** A single call never says more: a value that was seen once in 4,096. Bits. */
const MOST_BITS = 12

/**
 * How unexpected an action is for an identity, in bits: −log2 of its share of the calls, one that was never seen counting half a call.
 * Weights count as they were when each was last seen, so what is rare is rather taken for more than for less.
 */
export function surprisalOf({ features: { action } }: Baseline, name: string): number {
  let total = 0.5
  for (const weight of action.weights) total += weight
  const row = action.values.indexOf(name.slice(0, VALUE_LIMIT))
  return Math.min(MOST_BITS, Math.log2(total / (row < 0 ? 0.5 : Math.max(0.5, action.weights[row] as number))))
}

/** Entropy of an identity's actions in bits: the mean surprisal of its ordinary calls. */
export function entropyOf({ features: { action } }: Baseline): number {
  const total = action.weights.reduce((sum, weight) => sum + weight, 0)
  return action.weights.reduce((bits, weight) => (weight <= 0 ? bits : bits + (weight / total) * Math.log2(total / weight)), 0)
}

function see({ features }: Baseline, feature: Feature, { value, at }: { value: string | undefined; at: number }): void {
  if (value !== undefined) count(features[feature], value.slice(0, VALUE_LIMIT), { at, limit: FEATURE_LIMITS[feature] })
}

function seeAction(baseline: Baseline, action: string, at: number): void {
  if (baseline.calls > KNOWN_CALLS && isNew(baseline, 'action', action)) {
    const { newcomers } = baseline
    if (newcomers.size >= NEWCOMERS_LIMIT) newcomers.delete(newcomers.keys().next().value as string)
    newcomers.set(action.slice(0, VALUE_LIMIT), at)
  }
  see(baseline, 'action', { value: action, at })
}

/** True where an identity made a call for the first time less than a day before `at`, however often since. */
export function isNewcomer({ newcomers }: Baseline, action: string, at: number): boolean {
  const since = newcomers.get(action.slice(0, VALUE_LIMIT))
  return since !== undefined && at - since < PROBATION_MS
}

/** Where a call came from counts once it has stood its probation, unless the identity is new itself. */
function seeOrigin(baseline: Baseline, feature: Feature, { value, at }: { value: string | undefined; at: number }): void {
  if (value === undefined) return
  const isKnown = baseline.calls <= KNOWN_CALLS || !isNew(baseline, feature, value)
  if (!isKnown && !hasStoodProbation(baseline.probation, `${feature}=${value.slice(0, VALUE_LIMIT)}`, at)) return
  see(baseline, feature, { value, at })
}

function hasStoodProbation(probation: Map<string, number>, word: string, at: number): boolean {
  const since = probation.get(word)
  if (since === undefined) {
    if (probation.size >= PROBATION_LIMIT) probation.delete(probation.keys().next().value as string)
    probation.set(word, at)
    return false
  }
  if (at - since < PROBATION_MS) return false
  probation.delete(word)
  return true
}

/** A key has a habit of its own on the terms on which an identity's baseline is mature. */
export function isKeyMature({ firstSeen, calls }: KeyHabit, { lastSeen }: Baseline): boolean {
  return calls >= MATURE_CALLS && lastSeen - firstSeen >= MATURE_DAYS * DAY_MS
}

function learnKey(baseline: Baseline, { credential, origin, time }: Signal): void {
  const { keys } = baseline
  const known = keys.get(credential.id)
  if (known === undefined && keys.size >= KEYS_LIMIT) keys.delete(keys.keys().next().value as string)
  // What is on probation for the identity is no habit of the key either.
  const network = isNew(baseline, 'network', origin.network) ? undefined : origin.network
  const isUsualTool = origin.addressKind === 'public' && !isNew(baseline, 'agentFamily', origin.agentFamily)
  keys.set(credential.id, {
    firstSeen: Math.min(known?.firstSeen ?? time, time),
    calls: (known?.calls ?? 0) + 1,
    networks: withValue(known?.networks ?? [], network, KEY_NETWORKS_LIMIT),
    agents: withValue(known?.agents ?? [], isUsualTool ? origin.agentFamily : undefined, KEY_AGENTS_LIMIT),
  })
}

function withValue(known: readonly string[], value: string | undefined, limit: number): readonly string[] {
  return value === undefined || known.includes(value) ? known : [...known, value].slice(-limit)
}
