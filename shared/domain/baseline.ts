import { count, type FrequencyTable, weightOf } from './frequency.ts'
import type { Signal } from './signal.ts'

/** The features that describe what is normal for an identity, each with the number of values it may hold. */
export const FEATURE_LIMITS = { service: 24, action: 56, region: 18, country: 16, network: 24, agentFamily: 12, hour: 24 } as const

/** Characters of a value: AWS's longest action has 60. */
const VALUE_LIMIT = 64

export type Feature = keyof typeof FEATURE_LIMITS

const DAY_MS = 86_400_000

/** A baseline is mature after a week and 50 calls; before that it says less about what is new. */
const MATURE_DAYS = 7
const MATURE_CALLS = 50

/** What is normal for one identity, learned from its own calls. Times are epoch milliseconds. */
export interface Baseline {
  readonly features: Record<Feature, FrequencyTable>
  firstSeen: number
  lastSeen: number
  calls: number
}

export function emptyBaseline(): Baseline {
  const features = Object.fromEntries(Object.keys(FEATURE_LIMITS).map((feature) => [feature, new Map()]))
  return { features: features as unknown as Record<Feature, FrequencyTable>, firstSeen: 0, lastSeen: 0, calls: 0 }
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
  return value !== undefined && baseline.calls > 0 && weightOf(baseline.features[feature], value, baseline.lastSeen) === 0
}

/** Learns one call. Every feature is bounded, so the size does not grow with traffic. */
export function learn(baseline: Baseline, signal: Signal): void {
  const at = signal.time
  if (baseline.calls === 0 || at < baseline.firstSeen) baseline.firstSeen = at
  if (at > baseline.lastSeen) baseline.lastSeen = at
  baseline.calls += 1
  const { features } = baseline
  const seen = (feature: Feature, value: string) =>
    count(features[feature], value.slice(0, VALUE_LIMIT), { at, limit: FEATURE_LIMITS[feature] })
  seen('service', signal.service)
  seen('action', signal.action)
  seen('region', signal.region)
  if (signal.origin.country !== undefined) seen('country', signal.origin.country)
  if (signal.origin.network !== undefined) seen('network', signal.origin.network)
  if (signal.origin.addressKind === 'public') seen('agentFamily', signal.origin.agentFamily)
  seen('hour', String(Math.floor(at / 3_600_000) % 24))
}
