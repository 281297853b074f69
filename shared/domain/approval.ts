import { globs } from './glob.ts'
import type { Policy, ReviewKind } from './policy.ts'

/** Somebody who says something of an incident. */
export interface Reviewer {
  /** An ARN, `local:user`, or `slack:U0123ABCD`. */
  readonly by: string
  /** The Slack user groups that the reviewer is in, as far as the policy names them. */
  readonly groups?: readonly string[] | undefined
}

const SLACK = 'slack:'

/** Who presses a button in Slack, as the record names them. */
export function slackActor(userId: string): string {
  return `${SLACK}${userId}`
}

/** The Slack user of an actor of the record, or undefined where it is none. */
export function slackUserOf(actor: string): string | undefined {
  return actor.startsWith(SLACK) ? actor.slice(SLACK.length) : undefined
}

/**
 * True where the policy lets somebody say this of an incident in that tier. Slack users are let in by `slack.approvers` alone, and
 * nobody is where that is empty; all others by `approvers`, and everybody where that is empty.
 */
export function isApprover(policy: Policy, { by, groups = [] }: Reviewer, about: { kind: ReviewKind; tier: string }): boolean {
  const user = slackUserOf(by)
  if (user === undefined) return policy.approvers.length === 0 || policy.approvers.some((pattern) => globs(pattern, by))
  const tier = knownTier(policy, about.tier)
  return policy.slack.approvers.some(
    (rule) =>
      (rule.verdicts as readonly ReviewKind[]).includes(about.kind) &&
      (rule.tiers.length === 0 || (tier !== undefined && rule.tiers.includes(tier))) &&
      (rule.users.includes(user) || rule.groups.some((group) => groups.includes(group))),
  )
}

/** The Slack user groups that decide who may say this: their members have to be looked up first. */
export function groupsAsked(policy: Policy): string[] {
  return [...new Set(policy.slack.approvers.flatMap(({ groups }) => groups))]
}

/** True where a second person has to say the same. A tier that is not known is held to every rule. */
export function needsSecond(policy: Policy, about: { kind: ReviewKind; tier: string }): boolean {
  const tier = knownTier(policy, about.tier)
  return policy.fourEyes.some(
    ({ verdicts, tiers }) =>
      (verdicts as readonly ReviewKind[]).includes(about.kind) && (tiers.length === 0 || tier === undefined || tiers.includes(tier)),
  )
}

/**
 * True where two reviewers are two people, as far as can be told. Whoever takes a role on chooses the session's name, so two
 * sessions of a role are one person; IAM Identity Center gives its sessions the name of who signed in.
 */
export function areTwoPeople(a: string, b: string): boolean {
  return channelOf(a) === channelOf(b) && personOf(a) !== personOf(b)
}

/** One person may have an account at each door, so the two have to come by the same. */
function channelOf(by: string): string {
  return by.slice(0, by.indexOf(':') + 1)
}

function personOf(by: string): string {
  const [, role, session] = by.match(/^(arn:[^:]+:sts::\d{12}:assumed-role\/[^/]+)\/(.+)$/) ?? []
  if (role === undefined) return by
  return role.includes('/AWSReservedSSO_') ? `${role}/${session}` : role
}

/** A tier of the policy, or undefined where an override hid it or a later policy has it no more. */
function knownTier(policy: Policy, tier: string): string | undefined {
  return tier === 'default' || policy.tiers.some(({ name }) => name === tier) ? tier : undefined
}
