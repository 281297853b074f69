import { principalIn } from './arn.ts'
import { arnGlobs } from './arn-globs.ts'
import { isCanaryArn } from './canary.ts'
import type { Believed } from './ceilings.ts'
import { goesBy } from './identity-center.ts'
import { type NameHistory, policyNames } from './name-history.ts'
import { type EvidenceTable, Mode, type Override, type Policy, type ReviewTimes, type Selector, type Thresholds } from './policy.ts'
import { keyOfChange, type TagChange } from './tag-change.ts'

/** What the policy says of one identity. */
export interface Bounds {
  readonly tier: string
  readonly mode: Mode
  readonly thresholds: Thresholds
  readonly evidence: EvidenceTable
  /** How far the sources of reports are believed. */
  readonly believed: Believed
  readonly onExpiry: ReviewTimes['onExpiry']
  /** Why the identity is never contained, or undefined where it may be. */
  readonly protection: string | undefined
  /** True where that holds whoever created the identity: AWS reserves it, it is the responder's, or the policy names this very ARN. */
  readonly isReserved: boolean
  /** Why the identity is never restricted although it may be contained, or undefined where it may be. */
  readonly approver: string | undefined
  /** True where the policy declares the user a canary by the name that counts. Whoever moves a user to the name of one makes no canary of it. */
  readonly isCanary: boolean
  /** Why the bounds are not those of the name that the identity has now, or undefined where they are. */
  readonly about: string | undefined
}

/** What is known of an identity beside the policy and its tags as they are. */
export interface About {
  /** The ARNs of the roles of the responder and of those that deploy it; none where it is not deployed. */
  readonly ownRoles?: ReadonlySet<string> | undefined
  /** Changes of its tags by credentials of the incident. The tags count as they were before, as far as that is known. */
  readonly tagChanges?: readonly TagChange[]
  /** The names that it had. */
  readonly names?: NameHistory | undefined
}

/** Tags of an identity; undefined where they could not be read. */
type KnownTags = Readonly<Record<string, string>> | undefined

/**
 * The bounds for an identity at a time (epoch ms).
 *
 * Where the policy protects by tag and `tags` is undefined, the identity counts as protected; a tier by tag does not match it. An override
 * replaces the mode of every tier, and lifts no protection. A tag that the incident itself set protects nobody and chooses no tier; one that it removed
 * or overwrote may have done so, and then a person is asked. A user that renamed itself goes by its name before; where another, or nobody known, renamed
 * it and the policy says different things of the names, a person is asked.
 */
export function boundsFor(policy: Policy, identityId: string, tags: KnownTags, now: number, about: About = {}): Bounds {
  const { arn, earlier } = policyNames(about.names ?? [], identityId, now)
  const bounds = boundsAt(policy, arn, tags, now, about)
  for (const name of earlier) {
    const before = boundsAt(policy, name, tags, now, about)
    if (!isAlike(bounds, before)) return inDoubt(bounds, before, name)
  }
  if (arn === identityId) return bounds
  const renamed = `it was renamed to ${identityId} by itself: the policy goes by ${arn}`
  return { ...bounds, about: bounds.about === undefined ? renamed : `${renamed}; ${bounds.about}` }
}

/** True where it makes no difference by which of two names the policy goes. Two ways to be protected are one. */
function isAlike(a: Bounds, b: Bounds): boolean {
  const said = ({ mode, thresholds: { notify, ask, restrict, contain }, onExpiry, protection, isReserved, approver, isCanary }: Bounds) =>
    [mode, notify, ask, restrict, contain, onExpiry, protection !== undefined, isReserved, approver !== undefined, isCanary].join()
  return said(a) === said(b)
}

/** Nothing is contained by doubt, and the more sensitive name says when a person is asked. Protection may be the intruder's choice: an order lifts it. */
function inDoubt(bounds: Bounds, before: Bounds, name: string): Bounds {
  return {
    ...bounds,
    mode: bounds.mode === 'observe' && before.mode === 'observe' ? 'observe' : 'ask',
    thresholds: {
      notify: Math.min(bounds.thresholds.notify, before.thresholds.notify),
      ask: Math.min(bounds.thresholds.ask, before.thresholds.ask),
      restrict: Math.max(bounds.thresholds.restrict, before.thresholds.restrict),
      contain: Math.max(bounds.thresholds.contain, before.thresholds.contain),
    },
    onExpiry: bounds.onExpiry === before.onExpiry ? bounds.onExpiry : 'keep',
    protection: undefined,
    isReserved: false,
    approver: bounds.approver ?? before.approver,
    isCanary: false,
    about: `it was called ${name} lately, of which the policy says otherwise, and who renamed it is not known: a person has to decide`,
  }
}

/** The bounds by one name. */
function boundsAt(policy: Policy, identityId: string, current: KnownTags, now: number, { ownRoles, tagChanges = [] }: About): Bounds {
  const tags = current && withoutChanged(current, tagChanges)
  const reserved = reservedAs(identityId, ownRoles)
  const tier = policy.tiers.find(({ match }) => matches(match, identityId, tags))
  const override = runningOverride(policy, now)
  const ofAccount = policy.accounts[accountIn(identityId) ?? '']?.mode
  const wanted = tier?.mode ?? ofAccount ?? policy.mode
  const asked = askedAtLeast(wanted, policy, tagChanges)
  // No tier does more in an account than its mode allows.
  const mode = ofAccount === undefined || !isMore(asked, ofAccount) ? asked : ofAccount
  return {
    tier: override === undefined ? (tier?.name ?? 'default') : `override until ${override.until}`,
    mode: override?.mode ?? mode,
    thresholds: tier?.thresholds ?? policy.thresholds,
    evidence: policy.evidence,
    believed: { signals: policy.signals, disclosedSecret: policy.disclosedSecret },
    onExpiry: tier?.onExpiry ?? policy.review.onExpiry,
    protection: reserved ?? protectionOf(policy, identityId, { tags, tagChanges }),
    isReserved: reserved !== undefined || policy.protected.arns.includes(identityId),
    approver: approverAs(policy, identityId),
    isCanary: isCanaryArn(policy, identityId),
    about: override === undefined && mode !== asked ? `accounts.${accountIn(identityId)} allows no more than ${mode}` : undefined,
  }
}

/** The account that the id of an identity names: of an ARN, and of ids such as `service:111122223333:…`. */
function accountIn(identityId: string): string | undefined {
  return /:(\d{12})(?::|$)/.exec(identityId)?.[1]
}

function isMore(mode: Mode, than: Mode): boolean {
  return Mode.options.indexOf(mode) > Mode.options.indexOf(than)
}

/** The tags without those that the incident changed: what stood there before is not known. */
function withoutChanged(tags: Readonly<Record<string, string>>, changes: readonly TagChange[]): Readonly<Record<string, string>> {
  const changed = new Set(changes.map(keyOfChange))
  return changed.size === 0 ? tags : Object.fromEntries(Object.entries(tags).filter(([key]) => !changed.has(key.toLowerCase())))
}

/** Where a tag was changed that may have chosen a tier which does more, nobody knows the true tier: observing alone would be what the intruder wants. */
function askedAtLeast(mode: Mode, policy: Policy, changes: readonly TagChange[]): Mode {
  if (mode !== 'observe') return mode
  const changed = new Set(changes.map(keyOfChange))
  const mayHaveBeen = policy.tiers.some(
    (tier) => (tier.mode ?? policy.mode) !== 'observe' && Object.keys(tier.match.tags).some((key) => changed.has(key.toLowerCase())),
  )
  return mayHaveBeen ? 'ask' : mode
}

/** The name of the secret that receives a user's new key, or undefined where the policy does not rotate that user's keys. */
export function secretFor({ rotation }: Pick<Policy, 'rotation'>, { id, name }: { id: string; name: string }): string | undefined {
  if (!rotation.users.some((pattern) => arnGlobs(pattern, id))) return undefined
  const named = rotation.secrets.find(({ arns }) => arns.some((pattern) => arnGlobs(pattern, id)))
  return named?.secret ?? `${rotation.secretPrefix}${name}`
}

/** True where what the policy says of a user of this ARN depends on the names that it had. */
export function needsNames(policy: Policy, arn: string): boolean {
  const isExcepted = Object.values(policy.detectors).some(({ except }) => except.some(({ identities }) => identities !== undefined))
  const isNamed = policy.protected.arns.length > 0 || policy.tiers.some(({ match }) => match.arns.length > 0)
  return isCanaryArn(policy, arn) || isExcepted || isNamed
}

/** True where the policy cannot be applied to an identity without its tags. */
export function needsTags(policy: Policy): boolean {
  return Object.keys(policy.protected.tags).length > 0 || policy.tiers.some(({ match }) => Object.keys(match.tags).length > 0)
}

/** Roles that AWS reserves: IAM refuses changes to them, and refuses to create a role in their paths for anybody else. */
const RESERVED: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^arn:[^:]*:iam::\d{12}:role\/aws-service-role\//, 'a service-linked role: only its service may change it'],
  [/^arn:[^:]*:iam::\d{12}:role\/aws-reserved\//, 'a role of IAM Identity Center: end the sessions there'],
]

/** Why nobody may ever contain this identity. The responder's own roles count by their ARNs, because anybody may give a role a name like theirs. */
function reservedAs(identityId: string, ownRoles: ReadonlySet<string> = new Set()): string | undefined {
  const reserved = RESERVED.find(([pattern]) => pattern.test(identityId))
  if (reserved !== undefined) return `never contained: ${reserved[1]}`
  return ownRoles.has(identityId) ? 'never contained: a role of the responder itself, or one that deploys it' : undefined
}

/**
 * Why an identity is never restricted: a restriction waits for the answer of an approver, who must not lose the rights that the answer takes. A person who
 * answers by a role is named by the sessions of that role.
 */
function approverAs({ approvers }: Policy, identityId: string): string | undefined {
  const session = sessionsOf(identityId)
  const names = (pattern: string) =>
    arnGlobs(pattern, identityId) ||
    (session !== undefined && (arnGlobs(pattern, `${session}/any`) || arnGlobs(parentOf(pattern), session)))
  const pattern = approvers.find(names)
  return pattern === undefined ? undefined : `never restricted: an approver of the policy (${pattern})`
}

/** `arn:aws:sts::123456789012:assumed-role/deploy` of a role; undefined of anything else. A session's ARN has the role's name without its path. */
function sessionsOf(roleId: string): string | undefined {
  const role = principalIn(roleId)
  return role?.kind === 'role' ? `arn:${role.partition}:sts::${role.account}:assumed-role/${role.name}` : undefined
}

function parentOf(arn: string): string {
  return arn.slice(0, Math.max(0, arn.lastIndexOf('/')))
}

function protectionOf(
  policy: Policy,
  identityId: string,
  { tags, tagChanges }: { tags: KnownTags; tagChanges: readonly TagChange[] },
): string | undefined {
  const arn = policy.protected.arns.find((pattern) => goesBy(pattern, identityId))
  if (arn !== undefined) return `protected by ARN ${arn}`
  const wanted = Object.entries(policy.protected.tags)
  if (wanted.length === 0) return undefined
  if (tags === undefined) return 'protected: the policy protects by tag and the tags could not be read'
  const tag = wanted.find(([key, value]) => tags[key] === value)
  if (tag !== undefined) return `protected by tag ${tag[0]}=${tag[1]}`
  const lost = wanted.find(([key, value]) => tagChanges.some((one) => keyOfChange(one) === key.toLowerCase() && one !== `${key}=${value}`))
  return lost === undefined
    ? undefined
    : `its tag ${lost[0]} was changed in this incident, and may have protected it: a person has to decide`
}

function matches(selector: Selector, identityId: string, tags: KnownTags): boolean {
  if (selector.arns.some((pattern) => goesBy(pattern, identityId))) return true
  const wanted = Object.entries(selector.tags)
  return wanted.length > 0 && tags !== undefined && wanted.every(([key, value]) => tags[key] === value)
}

/** The override that is in force at a time (epoch ms); undefined where there is none, or its time is over. */
export function runningOverride({ override }: Policy, now: number): Override | undefined {
  return override !== undefined && now < Date.parse(override.until) ? override : undefined
}
