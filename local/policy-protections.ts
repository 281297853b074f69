import { canMatchIdentity } from '../shared/domain/arn-pattern.ts'
import { globs } from '../shared/domain/glob.ts'
import type { Policy, Selector, Tier } from '../shared/domain/policy.ts'

/** What a selector names, as far as it was given. */
type Named = Partial<Selector>

/** The ARN patterns of a policy that match no identity, one a line, each with its key. Takes a policy of any shape, so that one fault does not hide another. */
export function idlePatterns(policy: unknown): string[] {
  const { protected: guarded, tiers, criticality, rotation, canaries, detectors } = fieldsOf(policy)
  const lists: readonly (readonly [key: string, patterns: unknown])[] = [
    ['protected.arns', fieldsOf(guarded).arns],
    ...listOf(tiers).map((tier, at) => [`tiers.${at}.match.arns`, fieldsOf(fieldsOf(tier).match).arns] as const),
    ...listOf(criticality).map((rule, at) => [`criticality.${at}.match.arns`, fieldsOf(fieldsOf(rule).match).arns] as const),
    ['rotation.users', fieldsOf(rotation).users],
    ['canaries.users', fieldsOf(canaries).users],
    ...Object.entries(fieldsOf(detectors)).flatMap(([id, tuning]) =>
      listOf(fieldsOf(tuning).except).map((one, at) => [`detectors.${id}.except.${at}.identities`, fieldsOf(one).identities] as const),
    ),
  ]
  return lists.flatMap(([key, patterns]) =>
    listOf(patterns).flatMap((pattern, at) =>
      typeof pattern !== 'string' || pattern === '' || canMatchIdentity(pattern) ? [] : [`${key}.${at}: ${faultOf(pattern)}`],
    ),
  )
}

function faultOf(pattern: string): string {
  return `matches no user and no role, so it does nothing: ${causeOf(pattern)}, got ${JSON.stringify(pattern).slice(0, 200)}`
}

/** The likely mistake in a pattern that matches no identity. */
function causeOf(pattern: string): string {
  if (!/^(?:arn:|\*)/.test(pattern)) {
    const name = pattern.replace(/^(?:user|role)\//, '')
    return `a pattern is a whole ARN, such as arn:*:iam::*:${pattern.startsWith('role/') ? 'role' : 'user'}/${name}`
  }
  if (pattern.includes(':assumed-role/')) return 'a session counts by the ARN of its role, arn:*:iam::<account>:role/<path and name>'
  const account = /^arn:[^:]*:(?:iam|sts)::([^:*]*):/.exec(pattern)?.[1]
  if (account !== undefined && !/^\d{12}$/.test(account)) return `the account has to be 12 digits or *, and is "${account}"`
  if (/:(?:user|role)\/(?:.*\/)?$/.test(pattern))
    return `behind the last / stands the name, and it has none: ${pattern}* matches every name there`
  return 'it has to fit arn:*:iam::<account>:user/<path and name>, or the same with role/'
}

/** The tiers of a policy that no identity ever comes to, one a line with the tiers that take all of it: the first tier that matches counts. */
export function unreachedTiers({ tiers }: Pick<Policy, 'tiers'>): string[] {
  return tiers.flatMap(({ name, match }, at) => {
    const before = tiers.slice(0, at)
    if (!isCovered(match, before)) return []
    const names = coverOf(match, before).map((tier) => JSON.stringify(tier.name))
    const matches = names.length === 1 ? 'matches' : 'match'
    return [`tier ${JSON.stringify(name)} is never reached: whatever it names, ${names.join(' and ')} before it ${matches} first`]
  })
}

/** The first of these tiers that match together all that a selector names: without any of them something would be left. */
function coverOf(selector: Selector, tiers: readonly Tier[]): readonly Tier[] {
  return tiers.reduceRight((kept, tier) => {
    const others = kept.filter((one) => one !== tier)
    return isCovered(selector, others) ? others : kept
  }, tiers)
}

/** True where all that a selector names is matched by these tiers. */
function isCovered({ arns, tags }: Selector, tiers: readonly Tier[]): boolean {
  const isTaken = (pattern: string) => tiers.some(({ match }) => match.arns.some((one) => globs(one, pattern)))
  const wanted = Object.entries(tags)
  const isEveryone = isTaken('arn:*:iam::*:user/*') && isTaken('arn:*:iam::*:role/*')
  const areTagsTaken = tiers.some(({ match }) => {
    const theirs = Object.entries(match.tags)
    return theirs.length > 0 && theirs.every(([key, value]) => tags[key] === value)
  })
  return isEveryone || (arns.every(isTaken) && (wanted.length === 0 || areTagsTaken))
}

/** The ARN patterns and tags that protect by one policy and no longer by the next. */
export function lostProtections(from: Pick<Policy, 'protected'>, to: Pick<Policy, 'protected'>): string[] {
  const { arns, tags } = to.protected
  const lost = {
    arns: from.protected.arns.filter((pattern) => !arns.some((one) => globs(one, pattern))),
    tags: Object.fromEntries(Object.entries(from.protected.tags).filter(([key, value]) => tags[key] !== value)),
  }
  return namesOf(lost)
}

/** What a selector names, in words: patterns as they are, tags as `tag key=value`. */
export function namesOf({ arns = [], tags = {} }: Named): string[] {
  return [...arns, ...Object.entries(tags).map(([key, value]) => `tag ${key}=${value}`)]
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {}
}
