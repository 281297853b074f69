/** The version of the policy's format that this release writes. Each policy that was put in force is a revision. */
export const POLICY_VERSION = 3

/** One policy key that was renamed: its old path, where `*` is every entry of a list, and its new name. */
export interface RenamedKey {
  readonly path: readonly string[]
  readonly to: string
}

/** Keys of version 1 that have another name since version 2, in the order in which they are renamed. */
export const RENAMED_KEYS: readonly RenamedKey[] = [
  { path: ['learning', 'tightens'], to: 'autoTighten' },
  { path: ['learning', 'leastVerdicts'], to: 'minVerdicts' },
  { path: ['learning', 'leastAsk'], to: 'minAsk' },
  { path: ['learning', 'leastContain'], to: 'minContain' },
  { path: ['breaker', 'shareOfUsers'], to: 'maxUserFraction' },
  { path: ['release', 'holdHours'], to: 'suppressionHours' },
  { path: ['rotation', 'places'], to: 'secrets' },
  { path: ['review', 'extendHoursMost'], to: 'maxExtensionHours' },
  { path: ['slack', 'approvers', '*', 'says'], to: 'verdicts' },
  { path: ['fourEyes', '*', 'says'], to: 'verdicts' },
  { path: ['illReputed'], to: 'blocklist' },
]

/** Detectors that were renamed in 0.2.0, old id to new id. Policies, findings and suppressions written before that hold the old id. */
export const RENAMED_DETECTORS: ReadonlyMap<string, string> = new Map([
  ['models-hijacked', 'llm-jacking'],
  ['mail-probed', 'ses-enumeration'],
  ['roles-tried', 'role-enumeration'],
  ['key-off-its-habit', 'key-anomalous-use'],
  ['ill-reputed-address', 'blocklisted-address'],
])

/** The present id of a detector. */
export function currentDetector(id: string): string {
  return RENAMED_DETECTORS.get(id) ?? id
}

/**
 * A policy of an older version, with the keys of the present version. Any other input is returned as it is, for the schema to check. Where a
 * policy holds a key under both names, both stay, so that the schema reports the contradiction.
 */
export function migratePolicy(input: unknown): unknown {
  const second = fromVersion1(input)
  return withDetectors(isObject(second) && second.version === 2 ? fromVersion2(second) : second)
}

/**
 * The factors that stood in `weights`, in `detectors`. No release has written version 3, and policies of its first days hold them too. Where both keys say
 * something of one detector's weight, both stay.
 */
function withDetectors(input: unknown): unknown {
  if (!isObject(input) || input.version !== POLICY_VERSION || !isObject(input.weights)) return input
  const { weights, ...policy } = input
  const { detectors = {} } = policy
  if (!isObject(detectors)) return input
  const tunings = new Map(Object.entries(detectors))
  if (Object.keys(weights).some((id) => hasWeight(tunings.get(id)))) return input
  const moved = Object.entries(weights).map(([id, weight]) => [id, { ...(tunings.get(id) ?? {}), weight }])
  return { ...policy, detectors: { ...detectors, ...Object.fromEntries(moved) } }
}

function hasWeight(tuning: unknown): boolean {
  return tuning !== undefined && (!isObject(tuning) || Object.hasOwn(tuning, 'weight'))
}

function fromVersion1(input: unknown): unknown {
  if (!isObject(input) || input.version !== 1) return input
  const renamed = RENAMED_KEYS.reduce<unknown>((policy, { path, to }) => withKey(policy, path, to), input) as Record<string, unknown>
  return { ...renamed, version: 2, ...(isObject(renamed.weights) ? { weights: currentWeights(renamed.weights) } : {}) }
}

/** The thresholds of a policy of version 2 that names none. */
export const THRESHOLDS_OF_VERSION_2 = { notify: 25, ask: 55, contain: 85 }

/** Version 2 had no action between ask and contain: with `restrict` at `contain`, a risk that reaches the one reaches the other, and nothing is restricted. */
function fromVersion2(policy: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { thresholds = THRESHOLDS_OF_VERSION_2, tiers, breaker } = policy
  const inTier = (tier: unknown) =>
    isObject(tier) && tier.thresholds !== undefined ? { ...tier, thresholds: withRestrict(tier.thresholds) } : tier
  return {
    ...policy,
    version: POLICY_VERSION,
    thresholds: withRestrict(thresholds),
    ...(isObject(breaker) ? { breaker: withPriority(breaker) } : {}),
    ...(Array.isArray(tiers) ? { tiers: tiers.map(inTier) } : {}),
  }
}

/**
 * Until version 2 a priority was risk × blast radius / 100, so that few incidents came to 80; now it is never below the risk. What was urgent by three quarters
 * of the way to the highest priority is so again. 0 and 100 mean what they meant.
 */
function withPriority(breaker: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { urgentPriority } = breaker
  if (typeof urgentPriority !== 'number' || urgentPriority <= 0 || urgentPriority >= 100) return breaker
  return { ...breaker, urgentPriority: Math.round(urgentPriority + (100 - urgentPriority) * 0.75) }
}

function withRestrict(thresholds: unknown): unknown {
  if (!isObject(thresholds) || Object.hasOwn(thresholds, 'restrict') || !Object.hasOwn(thresholds, 'contain')) return thresholds
  const { contain, ...lower } = thresholds
  return { ...lower, restrict: contain, contain }
}

/** The detectors that a policy of version 1 gives a weight under their old and their new name, as pairs of both. */
export function doublyNamedWeights(input: unknown): (readonly [string, string])[] {
  if (!isObject(input) || input.version !== 1 || !isObject(input.weights)) return []
  const { weights } = input
  return [...RENAMED_DETECTORS].filter(([before, now]) => Object.hasOwn(weights, before) && Object.hasOwn(weights, now))
}

function currentWeights(weights: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(weights).map(([id, weight]) => [currentDetector(id), weight]))
}

function withKey(value: unknown, [key, ...rest]: readonly string[], to: string): unknown {
  if (key === '*') return Array.isArray(value) ? value.map((entry) => withKey(entry, rest, to)) : value
  if (!isObject(value) || key === undefined || !Object.hasOwn(value, key)) return value
  if (rest.length > 0) return { ...value, [key]: withKey(value[key], rest, to) }
  if (Object.hasOwn(value, to)) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name === key ? to : name, part]))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
