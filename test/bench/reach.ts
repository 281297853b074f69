import { reachIn } from '../../shared/decide/reach/account-reach.ts'
import type { AccountPolicies, NamedPolicy, PolicyHolder } from '../../shared/domain/account-policies.ts'
import { allow, deny, namedPolicy, OWN_ACCOUNT, roleArn, userArn } from '../reach.ts'
import { type Figures, rounded } from './measure.ts'

const FEW = 500
const MANY = 5000

const ROUNDS = 3

/** Managed policies that identities share. */
const MANAGED: readonly NamedPolicy[] = [
  namedPolicy('Objects', allow(['s3:GetObject', 's3:ListBucket'], ['arn:aws:s3:::reports', 'arn:aws:s3:::reports/*'])),
  namedPolicy('Functions', allow(['lambda:*', 'logs:*']), allow('iam:PassRole', roleArn('role-1*'))),
  namedPolicy('Builds', allow(['codebuild:*', 'ecr:*', 'cloudformation:Describe*'])),
  namedPolicy('Reads', allow(['*:Get*', '*:List*', '*:Describe*'])),
  namedPolicy('Guard', deny(['cloudtrail:*', 'iam:*User*', 'organizations:*']), {
    Effect: 'Deny',
    NotAction: 'sts:*',
    Resource: roleArn('admin'),
  }),
]

/** Users and roles with an inline policy of four statements each, three managed policies, and the right to assume one other role. */
function accountOf(size: number): AccountPolicies {
  const policiesOf = (at: number) => ({
    identity: [
      namedPolicy(
        'own',
        allow(
          ['s3:GetObject', 's3:PutObject', 'dynamodb:Query'],
          [`arn:aws:s3:::bucket-${at}/*`, `arn:aws:dynamodb:*:*:table/table-${at}`],
        ),
        allow('sts:AssumeRole', roleArn(`role-${(at * 7919) % size}`)),
        allow(['ec2:Describe*', 'sqs:*'], '*', { Condition: { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } } }),
        deny('s3:Delete*', `arn:aws:s3:::bucket-${at}/*`),
      ),
      ...[at, at + 1, at + 3].flatMap((one) => MANAGED[one % MANAGED.length] ?? []),
    ],
  })
  const holders = Array.from({ length: size }, (_, at): PolicyHolder[] => {
    const trust = {
      Statement: { Effect: 'Allow', Principal: at % 2 === 0 ? OWN_ACCOUNT : { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    }
    return [
      { id: userArn(`user-${at}`), kind: 'iam-user', name: `user-${at}`, tags: {}, policies: policiesOf(at) },
      { id: roleArn(`role-${at}`), kind: 'role', name: `role-${at}`, tags: {}, policies: policiesOf(at + 2), trust },
    ]
  })
  return { holders: holders.flat(), controls: [] }
}

/** Processor time in milliseconds. */
function costOf(account: AccountPolicies): number {
  const before = process.cpuUsage()
  reachIn(account)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** What the reach of a large account costs, and whether that grows faster than the account. */
export async function reach(): Promise<Figures> {
  costOf(accountOf(FEW))
  const rounds = Array.from({ length: ROUNDS }, () => ({ few: costOf(accountOf(FEW)), many: costOf(accountOf(MANY)) }))
  // The least of as many rounds for both: what else the machine does makes a round dearer, and the least of three against one would be no fair ratio.
  const few = Math.min(...rounds.map((round) => round.few))
  const many = Math.min(...rounds.map((round) => round.many))
  return {
    'reach.slope': {
      value: rounded(many / few / (MANY / FEW)),
      unit: `× linear, from ${FEW} users and roles each to ${MANY}`,
      target: '<= 1.3',
    },
    'reach.seconds': { value: rounded(many / 1000, 1), unit: `s of one core, ${MANY} users and ${MANY} roles`, target: '<= 30' },
  }
}
