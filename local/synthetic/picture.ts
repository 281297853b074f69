import type { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { iamId } from './random.ts'
import { ACCOUNT, timeOf } from './record.ts'
import type { Story } from './story.ts'

const allow = (actions: readonly string[], resource: string | readonly string[] = '*') => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: actions, Resource: resource }],
})

const trust = (principal: Record<string, unknown>) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
})

interface Powers {
  readonly inline?: readonly [name: string, document: Record<string, unknown>]
  readonly attached?: readonly string[]
  readonly groups?: readonly string[]
  readonly tags?: Readonly<Record<string, string>>
}

/** The policies of each user. ci-deploy was given all of IAM and Bedrock to save time, which makes the intrusion possible. */
const USERS: Readonly<Record<string, Powers>> = {
  'ci-build': {
    inline: [
      'build',
      allow(['ecr:GetAuthorizationToken', 'ecr:DescribeRepositories', 'ecr:PutImage', 'codeartifact:GetAuthorizationToken']),
    ],
    tags: { team: 'platform', kind: 'ci' },
  },
  'ci-deploy': {
    inline: [
      'deploy-everything',
      allow(['cloudformation:*', 'lambda:*', 'ssm:GetParameter', 's3:*', 'sts:AssumeRole', 'iam:*', 'bedrock:*']),
    ],
    tags: { team: 'platform', kind: 'ci' },
  },
  'ci-release': {
    inline: ['release', allow(['ec2:Describe*', 'iam:GetRole', 'iam:ListAttachedRolePolicies', 'route53:*'])],
    tags: { team: 'platform', kind: 'ci' },
  },
  ben: { groups: ['developers'] },
  anna: { groups: ['administrators'] },
  chloe: { groups: ['analysts'] },
  dave: { groups: ['developers'] },
  erin: { groups: ['developers'] },
  'support-ops': { attached: ['AdministratorAccess'] },
}

const GROUPS: Readonly<Record<string, Powers>> = {
  administrators: { attached: ['AdministratorAccess'] },
  developers: { inline: ['develop', allow(['lambda:*', 'logs:*', 'cloudformation:Describe*', 's3:ListAllMyBuckets', 's3:GetObject'])] },
  analysts: { inline: ['analyse', allow(['athena:*', 'glue:Get*', 's3:ListAllMyBuckets', 's3:GetObject'])] },
}

const ROLES: Readonly<Record<string, Powers & { readonly trusts: Record<string, unknown> }>> = {
  deploy: {
    trusts: { AWS: `arn:aws:iam::${ACCOUNT}:user/ci-deploy` },
    inline: ['deploy', allow(['cloudformation:*', 'lambda:*', 'iam:PassRole'])],
    tags: { team: 'platform' },
  },
  'data-pipeline': {
    trusts: { Service: 'glue.amazonaws.com' },
    inline: [
      'pipeline',
      allow(['athena:StartQueryExecution', 'glue:Get*', 's3:GetBucketLocation', 's3:GetObject', 's3:PutObject', 'kms:Decrypt']),
    ],
    tags: { team: 'data' },
  },
  'web-instance': {
    trusts: { Service: 'ec2.amazonaws.com' },
    inline: ['agent', allow(['ssm:UpdateInstanceInformation', 'ssm:ListInstanceAssociations'])],
  },
}

/** The account as `get-account-authorization-details` would print it at the end, including what the intruder created. */
export function authorizationDetailsOf(story: Story): AuthorizationDetails {
  const since = '2015-02-06T18:39:46Z'
  return {
    UserDetailList: [...story.users.values()].map((user) => ({
      ...named(user, 'User'),
      ...powersOf(USERS[user.name] ?? {}, 'UserPolicyList'),
      GroupList: [...(USERS[user.name]?.groups ?? [])],
    })),
    GroupDetailList: Object.entries(GROUPS).map(([name, powers]) => ({
      Path: '/',
      GroupName: name,
      GroupId: iamId(story.random, 'AGPA', 21),
      Arn: `arn:aws:iam::${ACCOUNT}:group/${name}`,
      CreateDate: since,
      ...powersOf(powers, 'GroupPolicyList'),
    })),
    RoleDetailList: [...story.roles.values()].map((role) => ({
      ...named(role, 'Role'),
      AssumeRolePolicyDocument: trust(ROLES[role.name]?.trusts ?? {}),
      InstanceProfileList: [],
      ...powersOf(ROLES[role.name] ?? {}, 'RolePolicyList'),
    })),
    Policies: [
      {
        PolicyName: 'AdministratorAccess',
        PolicyId: 'ANPAIWMBCKSKIEE64ZLYK',
        Arn: 'arn:aws:iam::aws:policy/AdministratorAccess',
        Path: '/',
        DefaultVersionId: 'v1',
        AttachmentCount: 2,
        IsAttachable: true,
        CreateDate: since,
        PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, CreateDate: since, Document: allow(['*']) }],
      },
    ],
    AccessKeys: [...story.users.values()].flatMap(({ name, keys }) =>
      keys.map(({ id, status, createdAt }) => ({ UserName: name, AccessKeyId: id, Status: status, CreateDate: timeOf(createdAt) })),
    ),
    SwitchableCredentials: [],
    LoginProfiles: [...story.loginProfiles].map((name) => ({ UserName: name })),
  }
}

function named<Kind extends 'User' | 'Role'>(one: { name: string; id: string; arn: string; createdAt: number }, kind: Kind) {
  const names = { [`${kind}Name`]: one.name, [`${kind}Id`]: one.id } as Record<`${Kind}Name` | `${Kind}Id`, string>
  return { Path: '/', ...names, Arn: one.arn, CreateDate: timeOf(one.createdAt) }
}

function powersOf<Kind extends string>({ inline, attached = [], tags = {} }: Powers, kind: Kind) {
  const policies = inline ? [{ PolicyName: inline[0], PolicyDocument: inline[1] }] : []
  return {
    ...({ [kind]: policies } as Record<Kind, typeof policies>),
    AttachedManagedPolicies: attached.map((name) => ({ PolicyName: name, PolicyArn: `arn:aws:iam::aws:policy/${name}` })),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  }
}
