import { arnGlobs } from './arn-globs.ts'
import type { Policy, ReviewKind } from './policy.ts'

/** Somebody who gives a verdict or an order on an incident. */
export interface Reviewer {
  /** An ARN, `local:user`, or `slack:U0123ABCD`. */
  readonly by: string
  /** The ids of those Slack user groups of the policy that the reviewer is in. */
  readonly groups?: readonly string[] | undefined
}

const SLACK = 'slack:'

/** The actor that the record names for a Slack user, such as `slack:U0123ABCD`. */
export function slackActor(userId: string): string {
  return `${SLACK}${userId}`
}

/** The Slack user id of an actor of the record, or undefined where the actor is not a Slack user. */
export function slackUserOf(actor: string): string | undefined {
  return actor.startsWith(SLACK) ? actor.slice(SLACK.length) : undefined
}

/**
 * True where the policy allows a reviewer to give this verdict on an incident in that tier.
 *
 * Slack users are allowed by `slack.approvers` alone: where it is empty, no Slack user is allowed. All others are allowed by `approvers`:
 * where it is empty, everybody is allowed.
 */
export function isApprover(policy: Policy, { by, groups = [] }: Reviewer, about: { kind: ReviewKind; tier: string }): boolean {
  const user = slackUserOf(by)
  if (user === undefined) return policy.approvers.length === 0 || policy.approvers.some((pattern) => arnGlobs(pattern, by))
  const tier = knownTier(policy, about.tier)
  return policy.slack.approvers.some(
    (rule) =>
      (rule.verdicts as readonly ReviewKind[]).includes(about.kind) &&
      (rule.tiers.length === 0 || (tier !== undefined && rule.tiers.includes(tier))) &&
      (rule.users.includes(user) || rule.groups.some((group) => groups.includes(group))),
  )
}

/** The Slack user groups that the policy names as approvers: the members have to be looked up before `isApprover` is asked. */
export function groupsAsked(policy: Policy): string[] {
  return [...new Set(policy.slack.approvers.flatMap(({ groups }) => groups))]
}

/** True where a second person has to give the same verdict. Every rule applies to an incident whose tier is not known. */
export function needsSecond(policy: Policy, about: { kind: ReviewKind; tier: string }): boolean {
  const tier = knownTier(policy, about.tier)
  return policy.fourEyes.some(
    ({ verdicts, tiers }) =>
      (verdicts as readonly ReviewKind[]).includes(about.kind) && (tiers.length === 0 || tier === undefined || tiers.includes(tier)),
  )
}

/**
 * True where two reviewers are certainly two people.
 *
 * Whoever assumes a role chooses the session's name, so two sessions of a role count as one person. IAM Identity Center names its sessions
 * after the user who signed in, so two of those are two people. Two reviewers who came by different channels count as one person, because
 * one person may have an account in both.
 */
export function areTwoPeople(a: string, b: string): boolean {
  return channelOf(a) === channelOf(b) && personOf(a) !== personOf(b)
}

/** The channel that a reviewer came by: `arn:`, `local:` or `slack:`. */
function channelOf(by: string): string {
  return by.slice(0, by.indexOf(':') + 1)
}

function personOf(by: string): string {
  const [, role, session] = by.match(/^(arn:[^:]+:sts::\d{12}:assumed-role\/[^/]+)\/(.+)$/) ?? []
  if (role === undefined) return by
  return role.includes('/AWSReservedSSO_') ? `${role}/${session}` : role
}

/** The tier, or undefined where the policy does not have it: an override replaced it, or it was removed since. */
function knownTier(policy: Policy, tier: string): string | undefined {
  return tier === 'default' || policy.tiers.some(({ name }) => name === tier) ? tier : undefined
}
