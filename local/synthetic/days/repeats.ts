import type { Random } from '../random.ts'
import type { Actor, Step } from './step.ts'

/** Operations that answer in pages, with the parameter that names the next one. */
const PAGED: Readonly<Record<string, string>> = {
  'iam:ListUsers': 'marker',
  'iam:ListRoles': 'marker',
  'iam:ListPolicies': 'marker',
  'lambda:ListFunctions': 'marker',
  'kms:ListKeys': 'marker',
  'rds:DescribeDBInstances': 'marker',
  'rds:DescribeDBSnapshots': 'marker',
  'ec2:DescribeInstances': 'nextToken',
  'ec2:DescribeSnapshots': 'nextToken',
  'ec2:DescribeVolumes': 'nextToken',
  'logs:DescribeLogGroups': 'nextToken',
  'secretsmanager:ListSecrets': 'nextToken',
  'ssm:DescribeParameters': 'nextToken',
  'ssm:GetParametersByPath': 'nextToken',
  'cloudformation:DescribeStackEvents': 'nextToken',
  'cloudwatch:DescribeAlarms': 'nextToken',
  'autoscaling:DescribeAutoScalingGroups': 'nextToken',
}

/** How many pages an account's answers have, by the action. It is the same all through a case. */
export type Pages = Map<string, number>

/** A call with what makes several of it: the further pages of its answer, and for programs now and then a throttled attempt before it. */
export function withRepeats(random: Random, pages: Pages, { actor, step }: { actor: Actor; step: Step }): Step[] {
  const [action, request, details = {}] = step
  const isFailed = details.refused !== undefined || details.error !== undefined
  if (isFailed || details.isIrreversible === true) return [step]
  const parameter = PAGED[action]
  const known = parameter === undefined ? 1 : (pages.get(action) ?? drawPages(random))
  pages.set(action, known)
  const further = Array.from({ length: known - 1 }, (): Step => [action, { ...request, [parameter ?? '']: '***' }, details])
  return [...throttled(random, actor, step), step, ...further]
}

function drawPages(random: Random): number {
  return random.chance(0.7) ? 1 : random.whole(2, 4)
}

/** Programs call fast, so that services turn some reads down; their SDKs try again. */
function throttled(random: Random, actor: Actor, [action, request, details]: Step): Step[] {
  const isFast = actor.pace[1] <= 4 && /:(Describe|List|Get)/.test(action)
  if (!isFast || !random.chance(0.015)) return []
  const error = action.startsWith('ec2:') ? 'Client.RequestLimitExceeded' : 'ThrottlingException'
  const { response: _, ...rest } = details ?? {}
  return [[action, request ?? null, { ...rest, error: [error, 'Rate exceeded'] }]]
}
