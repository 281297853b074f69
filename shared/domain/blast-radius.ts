import * as z from 'zod'
import type { Baseline } from './baseline.ts'
import { allowsEveryService, coversAction } from './iam-permissions.ts'
import type { Permission } from './iam-policy.ts'
import { Points } from './stored.ts'

/** How much damage an identity could do, 0 to 100, and whether that is known from its policies, from its own calls, or not at all. */
export const BlastRadius = z
  .strictObject({ score: Points, basis: z.enum(['policies', 'observed', 'unknown']), reasons: z.array(z.string()).readonly() })
  .readonly()
export type BlastRadius = z.infer<typeof BlastRadius>

/** One Allow or Deny statement of an identity's policies, normalised to lists. */
export interface Grant extends Permission {
  readonly isConditional: boolean
}

/** Permissions that make a stolen credential more dangerous, with the score that each has alone. */
const PERMISSIONS: readonly { readonly points: number; readonly reason: string; readonly actions: readonly string[] }[] = [
  {
    points: 90,
    reason: 'can change who may do what',
    actions: ['iam:PutUserPolicy', 'iam:AttachUserPolicy', 'iam:AttachRolePolicy', 'iam:PutRolePolicy'],
  },
  { points: 85, reason: 'can make new credentials', actions: ['iam:CreateAccessKey', 'iam:CreateLoginProfile', 'iam:CreateUser'] },
  { points: 75, reason: 'can run code under another role', actions: ['iam:PassRole'] },
  { points: 65, reason: 'can read secrets', actions: ['secretsmanager:GetSecretValue', 'ssm:GetParameters'] },
  { points: 60, reason: 'can start machines', actions: ['ec2:RunInstances'] },
  {
    points: 55,
    reason: 'can delete or overwrite stored data',
    actions: ['s3:DeleteObject', 'dynamodb:DeleteTable', 'rds:DeleteDBInstance'],
  },
  { points: 50, reason: 'can call foundation models', actions: ['bedrock:InvokeModel'] },
  { points: 45, reason: 'can assume roles', actions: ['sts:AssumeRole'] },
  { points: 40, reason: 'can read stored data', actions: ['s3:GetObject'] },
]

/** Whose policies these are does not matter where every resource counts as named. */
const ANYWHERE = { account: '', partition: 'aws' }

/**
 * The blast radius that an identity's policies give it. A conditional Allow counts as granted, an Allow of some resources as of all, and a
 * conditional Deny as absent, so the score errs to the larger side.
 */
export function blastRadiusOf(grants: readonly Grant[]): BlastRadius {
  const denials = grants.filter((one) => one.effect === 'Deny' && !one.isConditional && isOfAll(one))
  const allowed = grants.filter(({ effect }) => effect === 'Allow').map(ofAll)
  if (allowsEveryService([...allowed, ...denials], ANYWHERE)) return { score: 100, basis: 'policies', reasons: ['may do everything'] }
  const isAllowed = (action: string) =>
    allowed.some((one) => coversAction(one, action)) && !denials.some((one) => coversAction(one, action))
  return { basis: 'policies', ...scoreWhere(isAllowed) }
}

/** The score of the permissions that an identity has, and what they are. */
function scoreWhere(isAllowed: (action: string) => boolean): Pick<BlastRadius, 'score' | 'reasons'> {
  const held = PERMISSIONS.filter(({ actions }) => actions.some(isAllowed))
  const most = Math.max(5, ...held.map(({ points }) => points))
  // Each further permission adds two points: breadth matters, but less than the most dangerous single permission.
  return { score: Math.min(99, most + 2 * Math.max(0, held.length - 1)), reasons: held.map(({ reason }) => reason) }
}

/**
 * The blast radius that an identity's own calls show, for accounts whose policies are not known. `latest` is the action of the current
 * call where it succeeded; undefined otherwise.
 */
export function observedBlastRadius(baseline: Baseline, latest?: string): BlastRadius {
  const { values } = baseline.features.action
  if (values.length === 0 && latest === undefined)
    return { score: 50, basis: 'unknown', reasons: ['nothing is known of this identity yet'] }
  // A name that was observed is one call, whatever signs an intruder put into it.
  return { basis: 'observed', ...scoreWhere((action) => action === latest || values.includes(action)) }
}

/** True for a Deny of every resource. One that excepts resources leaves something allowed. */
function isOfAll({ resources, notResources }: Grant): boolean {
  return notResources === undefined && resources.some((pattern) => /^\*+$/.test(pattern))
}

function ofAll({ effect, actions, notActions }: Grant): Permission {
  return { effect, actions, resources: ['*'], ...(notActions === undefined ? {} : { notActions }) }
}
