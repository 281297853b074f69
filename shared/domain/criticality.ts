import * as z from 'zod'
import { ACCOUNT_NAME } from './account-name.ts'

const TagKey = z.string().min(1).max(128)
const TagValue = z.string().max(256)
const RuleName = z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be 1 to 40 of a-z, 0-9 and -')

/** The longest value of a tag that IAM takes: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html */
export const OWNER_LENGTH = 256

/** Identities that matter more than others: those that match any of the ARN patterns, or have any of the tags with any of its values; `usualKey` says how keys are compared. */
export const CriticalityRule = z.strictObject({
  name: RuleName,
  match: z
    .strictObject({
      arns: z.array(z.string().min(1).max(2048)).max(200).default([]),
      tags: z
        .record(
          TagKey,
          z.union([TagValue, z.array(TagValue).min(1).max(50)], {
            error: 'must be a text of at most 256 characters, or a list of one to 50 of them',
          }),
        )
        .default({}),
    })
    .refine(({ arns, tags }) => arns.length > 0 || Object.keys(tags).length > 0, { error: 'names no identity: give arns or tags' }),
  /** What share of `CRITICALITY_SHARE` is added to a priority, 0 to 1. */
  raise: z.number().min(0).max(1).default(1),
})
export type CriticalityRule = z.infer<typeof CriticalityRule>

/**
 * The usual tags that say what matters. `raise` is set by people: what serves customers, and data that must not leak, are each worth half of what the account's
 * owners themselves call critical.
 * @see https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/defining-and-publishing-a-tagging-schema.html
 */
export const DEFAULT_CRITICALITY: readonly CriticalityRule[] = [
  { name: 'crown-jewel', match: { arns: [], tags: { criticality: ['crown-jewel', 'critical', 'high'] } }, raise: 1 },
  { name: 'production', match: { arns: [], tags: { environment: ['production', 'prod'], env: ['production', 'prod'] } }, raise: 0.5 },
  {
    name: 'sensitive-data',
    match: { arns: [], tags: { 'data-classification': ['restricted', 'confidential', 'secret', 'sensitive'] } },
    raise: 0.5,
  },
]

/** The tags that name the owner of an identity, the first that it has counts. */
export const Owners = z.strictObject({ tags: z.array(TagKey).max(20).default(['owner', 'team']) })
export type Owners = z.infer<typeof Owners>

/** How much an identity matters. `rule`: the rule that raises most, absent where none applies. `isKnown`: false where its tags are not known, so that it may matter more. */
export const Criticality = z
  .strictObject({ rule: z.string().max(40).exactOptional(), raise: z.number().min(0).max(1), isKnown: z.boolean() })
  .readonly()
export type Criticality = z.infer<typeof Criticality>

/** The text of the tag that names an owner. Whoever may tag wrote it. */
export const Owner = z.string().min(1).max(OWNER_LENGTH)

/** What the policy called the account of an identity; absent where it had no name for it. */
export const AccountName = z.string().regex(ACCOUNT_NAME, 'must be 1 to 50 visible characters of ASCII, as names of accounts are')
