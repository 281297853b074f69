import { globs } from './glob.ts'
import type { Mode, Override, Policy, ReviewTimes, Selector, Thresholds } from './policy.ts'

/** What the policy says of one identity. */
export interface Bounds {
  readonly tier: string
  readonly mode: Mode
  readonly thresholds: Thresholds
  readonly onExpiry: ReviewTimes['onExpiry']
  /** Why the identity is never contained, or undefined where it may be. */
  readonly protection: string | undefined
}

/** Tags of an identity; undefined where they could not be read. */
type KnownTags = Readonly<Record<string, string>> | undefined

/**
 * The bounds for an identity at a time (epoch ms).
 *
 * Where the policy protects by tag and `tags` is undefined, the identity counts as protected; a tier by tag does not match it. An override
 * replaces the mode of every tier, and lifts no protection.
 */
export function boundsFor(policy: Policy, identityId: string, tags: KnownTags, now: number): Bounds {
  const tier = policy.tiers.find(({ match }) => matches(match, identityId, tags))
  const override = runningOverride(policy, now)
  return {
    tier: override === undefined ? (tier?.name ?? 'default') : `override until ${override.until}`,
    mode: override?.mode ?? tier?.mode ?? policy.mode,
    thresholds: tier?.thresholds ?? policy.thresholds,
    onExpiry: tier?.onExpiry ?? policy.review.onExpiry,
    protection: protectionOf(policy, identityId, tags),
  }
}

/** The name of the secret that receives a user's new key, or undefined where the policy does not rotate that user's keys. */
export function secretFor({ rotation }: Policy, { id, name }: { id: string; name: string }): string | undefined {
  if (!rotation.users.some((pattern) => globs(pattern, id))) return undefined
  const named = rotation.secrets.find(({ arns }) => arns.some((pattern) => globs(pattern, id)))
  return named?.secret ?? `${rotation.secretPrefix}${name}`
}

/** True where the policy cannot be applied to an identity without its tags. */
export function needsTags(policy: Policy): boolean {
  return Object.keys(policy.protected.tags).length > 0 || policy.tiers.some(({ match }) => Object.keys(match.tags).length > 0)
}

/**
 * Roles that are never contained, whatever the policy says. IAM refuses changes to the first two kinds; the last two are the roles that
 * deploy this responder and the roles of the responder itself. Each pattern begins with the account and the type, so an intruder cannot
 * gain protection by a role path of their own choice.
 */
const ALWAYS_PROTECTED: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^arn:[^:]*:iam::\d{12}:role\/aws-service-role\//, 'a service-linked role: only its service may change it'],
  [/^arn:[^:]*:iam::\d{12}:role\/aws-reserved\//, 'a role of IAM Identity Center: end the sessions there'],
  [
    /^arn:[^:]*:iam::\d{12}:role\/cdk-[a-z0-9]{1,10}-(deploy|cfn-exec|file-publishing|image-publishing|lookup)-role-\d{12}-[a-z0-9-]+$/,
    'a role that deploys stacks, this one among them',
  ],
  [/^arn:[^:]*:iam::\d{12}:role\/Countersign-[^/]*$/, 'a role of the responder itself'],
]

function protectionOf(policy: Policy, identityId: string, tags: KnownTags): string | undefined {
  const always = ALWAYS_PROTECTED.find(([pattern]) => pattern.test(identityId))
  if (always !== undefined) return `never contained: ${always[1]}`
  const arn = policy.protected.arns.find((pattern) => globs(pattern, identityId))
  if (arn !== undefined) return `protected by ARN ${arn}`
  if (Object.keys(policy.protected.tags).length === 0) return undefined
  if (tags === undefined) return 'protected: the policy protects by tag and the tags could not be read'
  const tag = Object.entries(policy.protected.tags).find(([key, value]) => tags[key] === value)
  return tag === undefined ? undefined : `protected by tag ${tag[0]}=${tag[1]}`
}

function matches(selector: Selector, identityId: string, tags: KnownTags): boolean {
  if (selector.arns.some((pattern) => globs(pattern, identityId))) return true
  const wanted = Object.entries(selector.tags)
  return wanted.length > 0 && tags !== undefined && wanted.every(([key, value]) => tags[key] === value)
}

/** The override that is in force at a time (epoch ms); undefined where there is none, or its time is over. */
export function runningOverride({ override }: Policy, now: number): Override | undefined {
  return override !== undefined && now < Date.parse(override.until) ? override : undefined
}
