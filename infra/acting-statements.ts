import { USER_TAG } from '../shared/contain/rotate/owned-secret.ts'
import type { Policy } from '../shared/domain/policy.ts'
import type { Conditions } from './deny.ts'
import { iamResource } from './iam-resource.ts'
import { ROLE_RIGHTS, USER_RIGHTS, VERBS } from './step-rights.ts'

/** One statement of a role, whichever account the role is in. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny'
  readonly actions: readonly string[]
  readonly resources: readonly string[]
  readonly conditions?: Conditions
}

/** The account that statements are about: the stack's own, or one that it has roles in. */
export interface ActingPlace {
  readonly account: string
  readonly partition: string
  readonly region: string
}

/** Changes of IAM. They are denied to functions that read text of attackers, even if a later policy on their role allows them. */
export const IAM_CHANGES = [
  'Add',
  'Attach',
  'Change',
  'Create',
  'Deactivate',
  'Delete',
  'Detach',
  'Enable',
  'Pass',
  'Put',
  'Remove',
  'Reset',
  'Resync',
  'Set',
  'Tag',
  'Untag',
  'Update',
  'Upload',
].map((verb) => `iam:${verb}*`)

/** The roles that contain may never change: service-linked ones and those of IAM Identity Center. */
const FOREIGN_ROLES = ['aws-service-role/*', 'aws-reserved/*'] as const

/** The actions by which rotate reads and changes access keys. A test compares the list with the calls of the code. */
export const KEY_VERBS = ['iam:CreateAccessKey', 'iam:DeleteAccessKey', 'iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed'] as const

/** The actions by which rotate stores a new key in a secret. None of them can read a secret. */
export const SECRET_VERBS = [
  'secretsmanager:CreateSecret',
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetResourcePolicy',
  'secretsmanager:ListSecretVersionIds',
  'secretsmanager:PutSecretValue',
] as const

/** By which respond finds the role of an instance that a finding names. */
export const PROFILE_READ = 'iam:GetInstanceProfile'

/** What each function that cannot change IAM reads of users and of roles. */
export const READS = {
  /** The owner of an exposed key, and the tags that tiers of the policy may name. */
  respond: { users: ['iam:GetAccessKeyLastUsed', 'iam:GetUser'], roles: ['iam:GetRole'] },
  /** Tags: they decide the tier, and the tier decides what becomes of an unanswered incident. */
  sweep: { users: ['iam:GetUser'], roles: ['iam:GetRole'] },
  /** Which services an identity used last when. */
  inventory: { users: ['iam:GenerateServiceLastAccessedDetails'], roles: ['iam:GenerateServiceLastAccessedDetails'] },
} as const

/** What inventory reads of a whole account, which takes no resource: last-used data by their job, and all policies. */
export const ACCOUNT_READS = ['iam:GetServiceLastAccessedDetails', 'iam:GetAccountAuthorizationDetails'] as const

/** What inventory reads of IAM Access Analyzer: which analyzers there are, which takes no resource, and what each found. */
export const ANALYZER_READS = { all: 'access-analyzer:ListAnalyzers', each: 'access-analyzer:ListFindings' } as const

const allow = (actions: readonly string[], resources: readonly string[], conditions?: Conditions): Statement => ({
  effect: 'Allow',
  actions,
  resources,
  ...(conditions === undefined ? {} : { conditions }),
})
const deny = (actions: readonly string[], resources: readonly string[]): Statement => ({ effect: 'Deny', actions, resources })

/** All users, all roles and all instance profiles of an account. */
export function identitiesOf({ account, partition }: Pick<ActingPlace, 'account' | 'partition'>): {
  readonly users: string
  readonly roles: string
  readonly profiles: string
} {
  const of = (kind: string) => `arn:${partition}:iam::${account}:${kind}/*`
  return { users: of('user'), roles: of('role'), profiles: of('instance-profile') }
}

/** All analyzers of IAM Access Analyzer in the region of the stack. Those of an organisation belong to the account that runs them. */
export function analyzersOf({ account, partition, region }: ActingPlace): string {
  return `arn:${partition}:access-analyzer:${region}:${account}:analyzer/*`
}

/** What contain may do to IAM in an account. `quarantineArn`: the one managed policy that it may attach there. */
export function containStatements(
  place: ActingPlace,
  { policy, quarantineArn }: { readonly policy: Policy; readonly quarantineArn: string },
): Statement[] {
  const { users, roles } = identitiesOf(place)
  const guarded = guardedBy(policy, place)
  return [
    ...[[USER_RIGHTS, users] as const, [ROLE_RIGHTS, roles] as const].flatMap(([{ writes, ownPolicyWrites, reads }, resource]) => [
      allow([...writes, ...reads], [resource]),
      ...(ownPolicyWrites.length === 0 ? [] : [allow(ownPolicyWrites, [resource], { ArnEquals: { 'iam:PolicyARN': quarantineArn } })]),
    ]),
    allow(['iam:GetAccountSummary'], ['*']),
    ...(guarded.length === 0 ? [] : [deny(VERBS, guarded)]),
    deny([...ROLE_RIGHTS.writes, ...ROLE_RIGHTS.ownPolicyWrites], foreignRoles(place)),
    deny(['bedrock:*', 'iam:PassRole'], ['*']),
  ]
}

/** Denies contain every change of these roles. */
export function ownRoleStatements(roleArns: readonly string[]): Statement[] {
  return [deny([...ROLE_RIGHTS.writes, ...ROLE_RIGHTS.ownPolicyWrites], roleArns)]
}

/** What rotate may do in an account: to the keys of the users that the policy names, and to their secrets in the region of the stack. */
export function rotateStatements(place: ActingPlace, policy: Policy): Statement[] {
  const { users, secrets } = rotatedIn(place, policy)
  const guarded = guardedBy(policy, place)
  return [
    allow(KEY_VERBS, users),
    allow(SECRET_VERBS, secrets),
    // CreateSecret asks for this right where it sets tags. No other tag can be set by it.
    allow(['secretsmanager:TagResource'], secrets, { 'ForAllValues:StringEquals': { 'aws:TagKeys': [USER_TAG] } }),
    ...(guarded.length === 0 ? [] : [deny(KEY_VERBS, guarded)]),
    deny(['secretsmanager:GetSecretValue', 'iam:PassRole'], ['*']),
  ]
}

/** What the functions together read of IAM and of CloudTrail's event history in an account. They may change nothing of it. */
export function readStatements(place: ActingPlace): Statement[] {
  const { users, roles, profiles } = identitiesOf(place)
  const all = Object.values(READS)
  return [
    allow([...new Set(all.flatMap((one) => one.users))], [users]),
    allow([...new Set(all.flatMap((one) => one.roles))], [roles]),
    allow([PROFILE_READ], [profiles]),
    allow([...ACCOUNT_READS, ANALYZER_READS.all, 'cloudtrail:LookupEvents'], ['*']),
    allow([ANALYZER_READS.each], [analyzersOf(place)]),
    deny(IAM_CHANGES, ['*']),
  ]
}

/** The users that the policy names for rotation, and the secrets that receive their keys. */
export function rotatedIn({ account, partition, region }: ActingPlace, { rotation }: Policy): { users: string[]; secrets: string[] } {
  const names = [`${rotation.secretPrefix}*`, ...rotation.secrets.map(({ secret }) => `${secret}-??????`)]
  return {
    users: rotation.users.map((pattern) => iamResource(pattern, { account, partition })),
    secrets: names.map((name) => `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}`),
  }
}

/** Why cdk-nag's findings on the wildcards of these statements are accepted, by finding. */
export function wildcardReasons(place: ActingPlace, policy: Policy): Record<string, string> {
  const { users, roles } = identitiesOf(place)
  const why = (what: string) =>
    `Which ${what} is compromised is not known in advance; protected ones are denied, and the code checks the current policy.`
  const denied = [...foreignRoles(place), ...guardedBy(policy, place)].map((arn) => [`Resource::${arn}`, PART_OF_DENY])
  return {
    ...Object.fromEntries(denied),
    [`Resource::${roles}`]: why('role'),
    [`Resource::${users}`]: why('user'),
    'Action::bedrock:*': PART_OF_DENY,
  }
}

/** Why a wildcard of a Deny is accepted. */
export const PART_OF_DENY = 'Part of a Deny: the wildcard removes rights.'

function guardedBy(policy: Policy, { account, partition }: ActingPlace): string[] {
  return policy.protected.arns.map((pattern) => iamResource(pattern, { account, partition }))
}

function foreignRoles({ account, partition }: ActingPlace): string[] {
  return FOREIGN_ROLES.map((name) => `arn:${partition}:iam::${account}:role/${name}`)
}
