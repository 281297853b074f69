import * as z from 'zod'
import { Action } from './action.ts'
import { Canaries } from './canary.ts'
import { Ceilings } from './ceilings.ts'
import { AccountName, CriticalityRule, DEFAULT_CRITICALITY, Owners } from './criticality.ts'
import { DetectorTunings } from './detector-tuning.ts'
import { POLICY_VERSION } from './policy-migration.ts'
import { ArnPattern, NetworkPattern } from './policy-patterns.ts'
import { TrustedClaim } from './trusted-claim.ts'
import { unknownTiers } from './unknown-tiers.ts'

/** What the responder may do by itself: record only, ask a person, restrict until a person has answered, or contain. */
export const Mode = z.enum(['observe', 'ask', 'restrict', 'contain'])
export type Mode = z.infer<typeof Mode>

const Score = z.number().int().min(0).max(100)

/** The risk from which each action may be taken, 0 to 100; `EvidenceTable` says of which evidence. */
export const Thresholds = z
  .strictObject({ notify: Score, ask: Score, restrict: Score, contain: Score })
  .refine(({ notify, ask, restrict, contain }) => notify <= Math.min(ask, restrict) && Math.max(ask, restrict) <= contain, {
    error: 'must rise: notify ≤ ask ≤ contain, and notify ≤ restrict ≤ contain',
  })
export type Thresholds = z.infer<typeof Thresholds>

const Tags = z.record(z.string().min(1).max(128), z.string().max(256))

/** The id of an organisation of AWS Organizations: https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html */
const OrganizationId = z.string().regex(/^o-[a-z0-9]{10,32}$/, {
  error: 'must be the id of your organisation, such as o-a1b2c3d4e5: `aws organizations describe-organization` prints it',
})

/** The identities that a rule applies to: those that match any of the ARN patterns (`*` is any text), or that have all of the tags. */
export const Selector = z
  .strictObject({ arns: z.array(ArnPattern).max(200).default([]), tags: Tags.default({}) })
  .refine(({ arns, tags }) => arns.length > 0 || Object.keys(tags).length > 0, { error: 'names no identity: give arns or tags' })
export type Selector = z.infer<typeof Selector>

/** Identities that are treated alike. The first tier that matches an identity applies. */
export const Tier = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 of a-z, 0-9 and -'),
  match: Selector,
  mode: Mode.optional(),
  thresholds: Thresholds.optional(),
  onExpiry: z.enum(['keep', 'release']).optional(),
})
export type Tier = z.infer<typeof Tier>

/**
 * Which evidence may lead to which action: points, 0 to 100, of the compromise (that the caller is not the owner) and of the harm (what the calls do). The
 * risk thresholds apply as well. docs/decisions/0036-who-and-what.md says why these.
 */
export const EvidenceTable = z
  .strictObject({
    /** Points of compromise from which something speaks against the owner. */
    unusualFrom: Score.default(25),
    /** Points of compromise from which somebody else is more likely than the owner. */
    suspectFrom: Score.default(60),
    /** Harm from which a suspect is contained; below it, a suspect is restricted. */
    containSuspectFrom: Score.default(60),
    /** Harm from which an unusual caller is restricted. Where the owner's habits are known, an unusual place alone is enough. */
    restrictUnusualFrom: Score.default(45),
    /**
     * Points of compromise from which a restriction also denies calls from outside the usual places. One sign of an unusual place is at most 40, two are 45 and
     * more: with 45, whoever moved works on from there.
     */
    fenceFrom: Score.default(25),
    /** Harm that nobody can take back from which even a known owner is restricted. */
    restrictKnownFrom: Score.default(70),
    /** Risk from which people are asked about a workload inside AWS whose habits are not known yet. */
    askVouchedFrom: Score.default(80),
  })
  .refine(({ unusualFrom, suspectFrom }) => unusualFrom <= suspectFrom, { error: 'must rise: unusualFrom ≤ suspectFrom' })
export type EvidenceTable = z.infer<typeof EvidenceTable>

/** The bounds of the second opinion: when it is asked, how far it may move the risk, and what it may cost. */
export const AdvisorBounds = z.strictObject({
  enabled: z.boolean().default(true),
  band: z
    .tuple([Score, Score])
    .refine(([low, high]) => low < high, { error: 'must be [low, high] with low < high' })
    .default([40, 90]),
  maxShift: z.number().int().min(0).max(30).default(15),
  deadlineSeconds: z.number().min(0.5).max(20).default(5),
  /** The most questions in an hour, about one identity and for the whole account. */
  perIdentityPerHour: z.number().int().min(0).max(1000).default(6),
  perAccountPerHour: z.number().int().min(0).max(10_000).default(60),
  /** The most tokens of a question and of an answer. */
  maxInputTokens: z.number().int().min(500).max(20_000).default(3000),
  maxOutputTokens: z.number().int().min(200).max(4000).default(800),
})
export type AdvisorBounds = z.infer<typeof AdvisorBounds>

/** How far verdicts may tighten thresholds and weights without a person's approval. Loosening always needs a person. */
export const Learning = z.strictObject({
  autoTighten: z.boolean().default(false),
  minVerdicts: z.number().int().min(5).max(1000).default(10),
  /** No threshold is tightened below these. */
  minAsk: Score.default(40),
  minContain: Score.default(70),
})
export type Learning = z.infer<typeof Learning>

const SecretName = z.string().regex(/^[\w/+=.@-]{1,400}$/, 'must be 1 to 400 of letters, digits and /_+=.@-')

/** The users whose keys are rotated once a person has confirmed the compromise, and the secrets that receive the new keys. */
export const Rotation = z.strictObject({
  users: z.array(ArnPattern).max(200).default([]),
  /** The old key is deleted when its last use is this many hours ago. */
  graceHours: z.number().min(1).max(720).default(24),
  secretPrefix: SecretName.default('countersign/'),
  /** Secrets whose names the owner chose: the first entry that matches applies, else the name is the prefix and the user's name. */
  secrets: z
    .array(z.strictObject({ arns: z.array(ArnPattern).min(1).max(200), secret: SecretName }))
    .max(50)
    .default([]),
})
export type Rotation = z.infer<typeof Rotation>

/**
 * What happens to an incident that nobody answers: people are reminded, then the on-call is paged, then the incident expires.
 *
 * On expiry, `keep` leaves what is contained as it is and `release` restores it. All three times count from when the question was asked or
 * the identity contained, or from the end of an extension.
 */
export const ReviewTimes = z
  .strictObject({
    escalateAfterMinutes: z.number().int().min(1).max(10_080).default(30),
    pageAfterMinutes: z.number().int().min(1).max(20_160).default(60),
    expireAfterHours: z.number().int().min(1).max(2160).default(168),
    /** The longest single extension that a person may ask for. */
    maxExtensionHours: z.number().int().min(1).max(720).default(72),
    onExpiry: z.enum(['keep', 'release']).default('keep'),
  })
  .refine(({ escalateAfterMinutes, pageAfterMinutes }) => pageAfterMinutes >= escalateAfterMinutes, {
    path: ['pageAfterMinutes'],
    error: 'must not be before escalateAfterMinutes: the on-call is paged when the reminder brought no answer',
  })
export type ReviewTimes = z.infer<typeof ReviewTimes>

/** What a reviewer may say: one of the two verdicts, an order to contain an incident that asks or is restricted, or a request for more time. */
export const ReviewKind = z.enum(['legitimate', 'compromised', 'contain', 'extend'])
export type ReviewKind = z.infer<typeof ReviewKind>

/** The reviews that decide an incident: each has a button in Slack, and may need a second person (`fourEyes`). */
export const DecidingReview = ReviewKind.exclude(['extend'])
export type DecidingReview = z.infer<typeof DecidingReview>

const Verdicts = z
  .array(DecidingReview)
  .min(1)
  .default([...DecidingReview.options])
const TierNames = z.array(z.string().min(1).max(40)).max(50).default([])
const SlackId = (letters: string, what: string) =>
  z.string().regex(new RegExp(`^[${letters}][A-Z0-9]{2,20}$`), `must be the id of a Slack ${what}, such as ${letters[0]}0123ABCD`)

/** Who may give which verdicts in Slack, on incidents of which tiers. An empty list of tiers means every tier. */
const SlackApprovers = z
  .strictObject({
    tiers: TierNames,
    verdicts: Verdicts,
    users: z.array(SlackId('UW', 'user')).max(200).default([]),
    groups: z.array(SlackId('S', 'user group')).max(50).default([]),
  })
  .refine(({ users, groups }) => users.length + groups.length > 0, { error: 'names nobody: give users or groups' })

/** Break-glass: until this time one mode replaces the mode of every tier. Set by `countersign override`, not by hand. */
export const Override = z.strictObject({
  mode: Mode,
  until: z.iso.datetime(),
  by: z.string().max(2048),
  reason: z.string().min(1).max(300),
})
export type Override = z.infer<typeof Override>

const AccountId = z.string().regex(/^\d{12}$/, "must be an account id of 12 digits, in quotes: '111122223333'")

/** What the policy says of one account: the mode there, and what people call it, as AWS allows names of accounts. */
const AccountSettings = z
  .strictObject({ mode: Mode.optional(), name: AccountName.optional() })
  .refine(({ mode, name }) => mode !== undefined || name !== undefined, { error: 'says nothing: give mode or name' })

/** The bounds that people set. Every key has a default, and the default mode only observes. */
export const Policy = z
  .strictObject({
    version: z.literal(POLICY_VERSION),
    mode: Mode.default('observe'),
    /** The account's own organisation: whom a policy lets in by it is no outsider. */
    organization: OrganizationId.optional(),
    /** The claims of shared identity providers by which a token is the account's own: whom a trust policy lets in by them is no outsider. */
    trustedClaims: z.array(TrustedClaim).max(50).default([]),
    thresholds: Thresholds.default({ notify: 25, ask: 55, restrict: 25, contain: 85 }),
    evidence: EvidenceTable.default(EvidenceTable.parse({})),
    tiers: z.array(Tier).max(50).default([]),
    /** By account: its mode stands in the place of the policy's own, and no tier does more there; its name stands beside its id in what people read. */
    accounts: z.record(AccountId, AccountSettings).default({}),
    protected: z.strictObject({ arns: z.array(ArnPattern).max(200).default([]), tags: Tags.default({}) }).default({ arns: [], tags: {} }),
    /** Whose incidents come first where the evidence is alike. Of several rules that apply the one that raises most counts. */
    criticality: z
      .array(CriticalityRule)
      .max(50)
      .default([...DEFAULT_CRITICALITY]),
    /** Who is named as the owner of an identity in what people read. */
    owners: Owners.default(Owners.parse({})),
    advisor: AdvisorBounds.default(AdvisorBounds.parse({})),
    /** How far each source of reports is believed. */
    signals: Ceilings.default({}),
    /** What is done where the id of a credential and its secret were seen together, and nobody tried it. */
    disclosedSecret: Action.default('ask'),
    /** Which detectors count, how much, and what of them does not, by id. What binds counts as it is: binding-detectors.ts. */
    detectors: DetectorTunings.default({}),
    learning: Learning.default(Learning.parse({})),
    breaker: z
      .strictObject({
        containmentsPerHour: z.number().int().min(0).max(1000).default(10),
        maxUserFraction: z.number().min(0).max(1).default(0.2),
        /** So many more in an hour of incidents that are confirmed, or of this priority or more; never more than the ordinary ones. */
        urgentPerHour: z.number().int().min(0).max(100).default(5),
        urgentPriority: Score.default(95),
      })
      .default({ containmentsPerHour: 10, maxUserFraction: 0.2, urgentPerHour: 5, urgentPriority: 95 }),
    release: z
      .strictObject({
        suppressionHours: z.number().min(0).max(720).default(24),
        /** For so many days the same again is not asked about after a verdict "legitimate"; 0 accepts nothing. */
        patternDays: z.number().int().min(0).max(366).default(90),
      })
      .default({ suppressionHours: 24, patternDays: 90 }),
    rotation: Rotation.default(Rotation.parse({})),
    review: ReviewTimes.default(ReviewTimes.parse({})),
    /** Users without work: any use of a credential of theirs is confirmed. */
    canaries: Canaries.default(Canaries.parse({})),
    blocklist: z.array(NetworkPattern).max(2000).default([]),
    approvers: z.array(ArnPattern).max(200).default([]),
    slack: z
      .strictObject({ approvers: z.array(SlackApprovers).max(50).default([]), reasonFor: z.array(DecidingReview).default([]) })
      .default({ approvers: [], reasonFor: [] }),
    fourEyes: z
      .array(z.strictObject({ tiers: TierNames, verdicts: Verdicts }))
      .max(50)
      .default([]),
    override: Override.optional(),
  })
  .superRefine((policy, context) => {
    for (const { path, message } of unknownTiers(policy)) context.addIssue({ code: 'custom', path: [...path], message })
  })
export type Policy = z.infer<typeof Policy>
