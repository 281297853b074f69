import { z } from 'zod'
import { globs } from './glob.ts'
import { POLICY_VERSION } from './policy-migration.ts'

/** What the responder may do by itself: record only, ask a person, or contain. */
export const Mode = z.enum(['observe', 'ask', 'contain'])
export type Mode = z.infer<typeof Mode>

const Score = z.number().int().min(0).max(100)

/** The risk from which on a decision is taken, each 0 to 100 and in rising order. */
export const Thresholds = z
  .strictObject({ notify: Score, ask: Score, contain: Score })
  .refine(({ notify, ask, contain }) => notify <= ask && ask <= contain, {
    error: ({ input }) => `must rise: notify ≤ ask ≤ contain, got ${JSON.stringify(input)}`,
  })
export type Thresholds = z.infer<typeof Thresholds>

const ArnPattern = z.string().min(1).max(2048)
const Tags = z.record(z.string().min(1).max(128), z.string().max(256))

/** An address, a range or an autonomous system: `203.0.113.7`, `203.0.113.0/24`, `AS64496`. */
const NetworkPattern = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.string().regex(/^AS[1-9]\d{0,9}$/)], {
  error: 'must be an address, a range such as 203.0.113.0/24, or a network such as AS64496',
})

/** Which identities are meant: any of the ARN patterns (`*` stands for any text), or every one of the tags. */
export const Selector = z
  .strictObject({ arns: z.array(ArnPattern).max(200).default([]), tags: Tags.default({}) })
  .refine(({ arns, tags }) => arns.length > 0 || Object.keys(tags).length > 0, { error: 'names no identity: give arns or tags' })
export type Selector = z.infer<typeof Selector>

/** Identities that are treated alike. The first tier that matches an identity counts. */
export const Tier = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 of a-z, 0-9 and -'),
  match: Selector,
  mode: Mode.optional(),
  thresholds: Thresholds.optional(),
  onExpiry: z.enum(['keep', 'release']).optional(),
})
export type Tier = z.infer<typeof Tier>

/** What the second opinion may do, and what it may cost. */
export const AdvisorBounds = z.strictObject({
  enabled: z.boolean().default(true),
  band: z
    .tuple([Score, Score])
    .refine(([low, high]) => low < high, { error: 'must be [low, high] with low < high' })
    .default([40, 90]),
  maxShift: z.number().int().min(0).max(30).default(15),
  deadlineSeconds: z.number().min(0.5).max(20).default(5),
  /** Questions in an hour, about one identity and in all. */
  perIdentityPerHour: z.number().int().min(0).max(1000).default(6),
  perAccountPerHour: z.number().int().min(0).max(10_000).default(60),
  /** Tokens of a question and of an answer, at most. */
  maxInputTokens: z.number().int().min(500).max(20_000).default(3000),
  maxOutputTokens: z.number().int().min(200).max(4000).default(800),
})
export type AdvisorBounds = z.infer<typeof AdvisorBounds>

/** How far thresholds and weights may be tightened without a person, from verdicts. Loosening always waits for one. */
export const Learning = z.strictObject({
  autoTighten: z.boolean().default(false),
  minVerdicts: z.number().int().min(5).max(1000).default(10),
  /** No threshold is tightened below these. */
  minAsk: Score.default(40),
  minContain: Score.default(70),
})
export type Learning = z.infer<typeof Learning>

const SecretName = z.string().regex(/^[\w/+=.@-]{1,400}$/, 'must be 1 to 400 of letters, digits and /_+=.@-')

/** Whose keys are made anew once a person has confirmed that they are out, and where the new ones go. */
export const Rotation = z.strictObject({
  users: z.array(ArnPattern).max(200).default([]),
  /** The old key is deleted when its last use is older than this. */
  graceHours: z.number().min(1).max(720).default(24),
  secretPrefix: SecretName.default('countersign/'),
  /** Secrets with a name of their owner's choice; the first that matches counts, else it is the prefix and the user's name. */
  secrets: z
    .array(z.strictObject({ arns: z.array(ArnPattern).min(1).max(200), secret: SecretName }))
    .max(50)
    .default([]),
})
export type Rotation = z.infer<typeof Rotation>

/**
 * What becomes of an incident that nobody answers: people are told again, then the on-call is paged, then it ends. `keep`: what is contained stays
 * so; `release`: it is given back. All three count from when it was asked or contained, or from the end of an extension.
 */
export const ReviewTimes = z
  .strictObject({
    escalateAfterMinutes: z.number().int().min(1).max(10_080).default(30),
    pageAfterMinutes: z.number().int().min(1).max(20_160).default(60),
    expireAfterHours: z.number().int().min(1).max(2160).default(168),
    /** The longest that a person may put all three off at a time. */
    maxExtensionHours: z.number().int().min(1).max(720).default(72),
    onExpiry: z.enum(['keep', 'release']).default('keep'),
  })
  .refine(({ escalateAfterMinutes, pageAfterMinutes }) => pageAfterMinutes >= escalateAfterMinutes, {
    path: ['pageAfterMinutes'],
    error: 'must not be before escalateAfterMinutes: the on-call is paged when that brought no answer',
  })
export type ReviewTimes = z.infer<typeof ReviewTimes>

/** What a reviewer may say: one of the two verdicts, that an incident which asks is to be contained, or that more time is needed. */
export const ReviewKind = z.enum(['legitimate', 'compromised', 'contain', 'extend'])
export type ReviewKind = z.infer<typeof ReviewKind>

/** What ends a question: it can be pressed in Slack, and be held to four eyes. */
export const DecidingReview = ReviewKind.exclude(['extend'])
export type DecidingReview = z.infer<typeof DecidingReview>

const Verdicts = z
  .array(DecidingReview)
  .min(1)
  .default([...DecidingReview.options])
const TierNames = z.array(z.string().min(1).max(40)).max(50).default([])
const SlackId = (letters: string, what: string) =>
  z.string().regex(new RegExp(`^[${letters}][A-Z0-9]{2,20}$`), `must be the id of a Slack ${what}, such as ${letters[0]}0123ABCD`)

/** Who may say what in Slack, of incidents in which tiers; no tiers stand for every tier. */
const SlackApprovers = z
  .strictObject({
    tiers: TierNames,
    verdicts: Verdicts,
    users: z.array(SlackId('UW', 'user')).max(200).default([]),
    groups: z.array(SlackId('S', 'user group')).max(50).default([]),
  })
  .refine(({ users, groups }) => users.length + groups.length > 0, { error: 'names nobody: give users or groups' })

/** The bounds that people set. Everything has a default, and the default only observes. */
export const Policy = z
  .strictObject({
    version: z.literal(POLICY_VERSION),
    mode: Mode.default('observe'),
    thresholds: Thresholds.default({ notify: 25, ask: 55, contain: 85 }),
    tiers: z.array(Tier).max(50).default([]),
    protected: z.strictObject({ arns: z.array(ArnPattern).max(200).default([]), tags: Tags.default({}) }).default({ arns: [], tags: {} }),
    advisor: AdvisorBounds.default(AdvisorBounds.parse({})),
    /** Factors on the weights of detectors, by id: 0.5 halves what one says. What is confirmed is never weighed. */
    weights: z.record(z.string().regex(/^[a-z0-9-]{1,60}$/), z.number().min(0.1).max(1.5)).default({}),
    learning: Learning.default(Learning.parse({})),
    breaker: z
      .strictObject({
        containmentsPerHour: z.number().int().min(0).max(1000).default(10),
        maxUserFraction: z.number().min(0).max(1).default(0.2),
      })
      .default({ containmentsPerHour: 10, maxUserFraction: 0.2 }),
    release: z.strictObject({ suppressionHours: z.number().min(0).max(720).default(24) }).default({ suppressionHours: 24 }),
    rotation: Rotation.default(Rotation.parse({})),
    review: ReviewTimes.default(ReviewTimes.parse({})),
    blocklist: z.array(NetworkPattern).max(2000).default([]),
    approvers: z.array(ArnPattern).max(200).default([]),
    slack: z
      .strictObject({ approvers: z.array(SlackApprovers).max(50).default([]), reasonFor: z.array(DecidingReview).default([]) })
      .default({ approvers: [], reasonFor: [] }),
    fourEyes: z
      .array(z.strictObject({ tiers: TierNames, verdicts: Verdicts }))
      .max(50)
      .default([]),
    /** Break-glass: until a time one mode stands in the place of all. Set by `countersign override`, not by hand. */
    override: z
      .strictObject({ mode: Mode, until: z.iso.datetime(), by: z.string().max(2048), reason: z.string().min(1).max(300) })
      .optional(),
  })
  .superRefine(({ tiers, slack, fourEyes }, context) => {
    const known = ['default', ...tiers.map(({ name }) => name)]
    const check = (rules: readonly { tiers: readonly string[] }[], path: readonly string[]) => {
      for (const [at, rule] of rules.entries())
        for (const [place, name] of rule.tiers.entries())
          if (!known.includes(name))
            context.addIssue({
              code: 'custom',
              path: [...path, at, 'tiers', place],
              message: `must be one of the tiers ${known.join(', ')}`,
            })
    }
    check(slack.approvers, ['slack', 'approvers'])
    check(fourEyes, ['fourEyes'])
  })
export type Policy = z.infer<typeof Policy>

/** What the policy says of one identity. */
export interface Bounds {
  readonly tier: string
  readonly mode: Mode
  readonly thresholds: Thresholds
  readonly onExpiry: ReviewTimes['onExpiry']
  /** Why the identity is never touched, or undefined where it may be. */
  readonly protection: string | undefined
}

/**
 * The bounds for an identity at a time (epoch ms). `tags` undefined means that they could not be read: a tag rule may then apply
 * unseen. An override stands in the place of every mode, and of no protection.
 */
export function boundsFor(policy: Policy, identityId: string, tags: Readonly<Record<string, string>> | undefined, now: number): Bounds {
  const tier = policy.tiers.find(({ match }) => matches(match, identityId, tags))
  const override = policy.override !== undefined && now < Date.parse(policy.override.until) ? policy.override : undefined
  return {
    tier: override === undefined ? (tier?.name ?? 'default') : `override until ${override.until}`,
    mode: override?.mode ?? tier?.mode ?? policy.mode,
    thresholds: tier?.thresholds ?? policy.thresholds,
    onExpiry: tier?.onExpiry ?? policy.review.onExpiry,
    protection: protectionOf(policy, identityId, tags),
  }
}

/** Where the new key of a user goes, or undefined where the policy does not have its keys made anew. */
export function secretFor({ rotation }: Policy, { id, name }: { id: string; name: string }): string | undefined {
  if (!rotation.users.some((pattern) => globs(pattern, id))) return undefined
  const named = rotation.secrets.find(({ arns }) => arns.some((pattern) => globs(pattern, id)))
  return named?.secret ?? `${rotation.secretPrefix}${name}`
}

/** True where the policy cannot be applied to an identity without knowing its tags. */
export function needsTags(policy: Policy): boolean {
  return Object.keys(policy.protected.tags).length > 0 || policy.tiers.some(({ match }) => Object.keys(match.tags).length > 0)
}

/**
 * Never contained, whatever the policy says: IAM refuses to change the first two, and the last two are this responder and what
 * deploys it. The account's number stands before the type, so nobody gets in here by a path of his own choice.
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

function protectionOf(policy: Policy, identityId: string, tags: Readonly<Record<string, string>> | undefined): string | undefined {
  const always = ALWAYS_PROTECTED.find(([pattern]) => pattern.test(identityId))
  if (always !== undefined) return `never contained: ${always[1]}`
  const arn = policy.protected.arns.find((pattern) => globs(pattern, identityId))
  if (arn !== undefined) return `protected by ARN ${arn}`
  if (Object.keys(policy.protected.tags).length === 0) return undefined
  if (tags === undefined) return 'protected: the policy protects by tag and the tags could not be read'
  const tag = Object.entries(policy.protected.tags).find(([key, value]) => tags[key] === value)
  return tag === undefined ? undefined : `protected by tag ${tag[0]}=${tag[1]}`
}

function matches(selector: Selector, identityId: string, tags: Readonly<Record<string, string>> | undefined): boolean {
  if (selector.arns.some((pattern) => globs(pattern, identityId))) return true
  const wanted = Object.entries(selector.tags)
  return wanted.length > 0 && tags !== undefined && wanted.every(([key, value]) => tags[key] === value)
}
