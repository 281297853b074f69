import type { Account } from '../account.ts'
import { PACES } from '../actors.ts'
import { drawSome } from '../draw.ts'
import { anyAddress, type Place } from '../places.ts'
import type { Actor, Step } from '../step.ts'
import { agentOf, type Tool } from '../tools.ts'

/** Where an intruder calls from, and by which tool. */
export type IntruderOrigin = Pick<Actor, 'address' | 'agent' | 'pace' | 'label'>

export function intruderAt({ random }: Account, place: Place, tool: Tool, pace: Actor['pace'] = PACES.script): IntruderOrigin {
  return { address: anyAddress(random, place), agent: agentOf(random, tool), pace, label: 'malicious' }
}

/** The same credential in the hands of an intruder. */
export function stolen(actor: Actor, origin: Partial<IntruderOrigin>): Actor {
  return { ...actor, ...origin, label: 'malicious' }
}

const LOOKS = [
  ...[
    'iam:ListUsers',
    'iam:ListRoles',
    'iam:ListGroups',
    'iam:ListPolicies',
    'iam:GetAccountSummary',
    'iam:GetAccountAuthorizationDetails',
    'iam:ListAccessKeys',
  ],
  ...[
    's3:ListBuckets',
    'ec2:DescribeInstances',
    'ec2:DescribeVpcs',
    'ec2:DescribeSnapshots',
    'rds:DescribeDBInstances',
    'lambda:ListFunctions',
    'ecs:ListClusters',
  ],
  ...[
    'secretsmanager:ListSecrets',
    'ssm:DescribeParameters',
    'kms:ListKeys',
    'dynamodb:ListTables',
    'eks:ListClusters',
    'ecr:DescribeRepositories',
  ],
  ...[
    'organizations:DescribeOrganization',
    'organizations:ListAccounts',
    'ce:GetCostAndUsage',
    'ses:GetSendQuota',
    'servicequotas:ListServiceQuotas',
    'cloudtrail:DescribeTrails',
  ],
] as const

/** What an intruder asks an account that is new to him. Of the calls `refusedShare` (0 to 1) are refused. */
export function lookAround({ random }: Account, count: number, refusedShare: number): Step[] {
  const steps = drawSome(random, LOOKS, count).map((action): Step => [action, null, random.chance(refusedShare) ? { refused: true } : {}])
  return [['sts:GetCallerIdentity'], ...steps]
}
