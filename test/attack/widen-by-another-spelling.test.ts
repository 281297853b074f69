import { describe, expect, it } from 'vitest'
import { ACCOUNT, call, NOW } from '../embedded.ts'
import { delivered, deployed } from './stack.ts'

const ATTACKER = { AWS: 'arn:aws:iam::999988887777:root' }
const FOREIGN = { StringEquals: { 'aws:PrincipalOrgID': 'o-attacker001' } }
const OWN = 'o-a1b2c3d4e5'
const document = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements })

const opened = {
  'a role': (statement: object) =>
    call('iam:UpdateAssumeRolePolicy', {
      id: 'o',
      request: { roleName: 'deploy', policyDocument: document({ Effect: 'Allow', Action: 'sts:AssumeRole', ...statement }) },
    }),
  'a bucket': (statement: object) =>
    call('s3:PutBucketPolicy', {
      id: 'o',
      request: {
        bucketName: 'data',
        bucketPolicy: { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::data/*', ...statement }] },
      },
    }),
  'a key': (statement: object) =>
    call('kms:PutKeyPolicy', {
      id: 'o',
      request: { keyId: 'k', policy: document({ Effect: 'Allow', Action: 'kms:*', Resource: '*', ...statement }) },
    }),
  'a secret': (statement: object) =>
    call('secretsmanager:PutResourcePolicy', {
      id: 'o',
      request: {
        secretId: 'ci',
        resourcePolicy: document({ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*', ...statement }),
      },
    }),
}

const CONDITIONS: readonly [string, object][] = [
  ['its own organisation', { Principal: '*', Condition: FOREIGN }],
  [
    'a path of its own organisation',
    { Principal: { AWS: '*' }, Condition: { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-attacker001/*' } } },
  ],
  [
    'its own organisation beside the account’s',
    { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': [OWN, 'o-attacker001'] } } },
  ],
  ['a bucket of its own', { Principal: '*', Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::not-ours' } } }],
  ['its own account and its own organisation', { Principal: ATTACKER, Condition: FOREIGN }],
  [
    'its own account and a bucket of its own',
    { Principal: ATTACKER, Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:s3:::not-ours' } } },
  ],
]

describe('an intruder opens what is ours to itself, behind a condition that it wrote', () => {
  it.each(
    Object.entries(opened).flatMap(([what, open]) => CONDITIONS.map(([behind, statement]) => ({ what, behind, record: open(statement) }))),
  )('$what, behind $behind: people are notified', async ({ record }) => {
    const { respond, notices } = await deployed()
    const { outcomes } = await respond([delivered(record)])
    expect(outcomes.flatMap(({ findings }) => findings.map(({ detector }) => detector)).join()).toMatch(/-opened/)
    expect(notices).not.toEqual([])
  })

  it('and where the policy says which organisation is ours, people are asked about another one, and not told of ours', async () => {
    for (const [organization, notified] of [
      [OWN, 1],
      ['o-attacker001', 0],
    ] as const) {
      const { respond, notices } = await deployed({ policy: { organization } })
      const { outcomes } = await respond([delivered(opened['a role']({ Principal: '*', Condition: FOREIGN }))])
      expect(notices).toHaveLength(notified)
      expect(outcomes.map(({ decision }) => decision?.action)).toEqual(notified === 1 ? ['ask'] : [])
    }
  })

  it('while our own account behind the same keys is not told of', async () => {
    for (const Condition of [
      { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } },
      { ArnLike: { 'aws:SourceArn': `arn:aws:sns:us-east-1:${ACCOUNT}:x` } },
    ])
      for (const open of Object.values(opened)) {
        const { respond } = await deployed()
        const { outcomes } = await respond([delivered(open({ Principal: '*', Condition }))])
        expect(outcomes).toEqual([])
      }
  })
})

/** One policy, every right, in as many ways of writing it. */
const SPELLINGS: readonly [string, object][] = [
  ['a star', { Action: '*', Resource: '*' }],
  ['what it leaves out', { NotAction: 'aws-portal:*', Resource: '*' }],
  ['an empty list that it leaves out', { NotAction: [], Resource: '*' }],
  ['two stars', { Action: '**', Resource: '*' }],
  ['capitals', { Action: 'IAM:*', Resource: '*' }],
  ['two stars of IAM', { Action: 'iam:**', Resource: '*' }],
  ['a star before the colon', { Action: ['sts:*', '*:*'], Resource: ['*'] }],
  ['the resources of every service', { Action: '*', Resource: 'arn:*' }],
  ['the resources of the account', { Action: 'iam:*', Resource: `arn:aws:iam::${ACCOUNT}:*` }],
  ['users and roles apart', { Action: 'iam:*', Resource: ['arn:aws:iam::*:user/*', 'arn:aws:iam::*:role/*'] }],
  ['a resource that it leaves out', { Action: '*', NotResource: 'arn:aws:s3:::nothing' }],
  ['first letters', { Action: ['iam:A*', 'iam:C*', 'iam:P*', 'iam:U*', 's*', 'e*', 'l*'], Resource: '*' }],
  ['question marks', { Action: 'iam:???*', Resource: '*' }],
  ['a condition that always holds', { Action: '*', Resource: '*', Condition: { StringLike: { 'aws:userid': '*' } } }],
  ['a condition on tags that any value fits', { Action: '*', Resource: '*', Condition: { StringLike: { 'aws:ResourceTag/a': '*' } } }],
  [
    'a boundary that bounds nothing',
    { Action: '*', Resource: '*', Condition: { ArnLike: { 'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/AdministratorAccess' } } },
  ],
]

describe('an intruder grants itself everything', () => {
  it.each(SPELLINGS)('spelt by %s: people are asked, however the rights are given', async (_, statement) => {
    const policyDocument = document({ Effect: 'Allow', ...statement })
    const policyArn = `arn:aws:iam::${ACCOUNT}:policy/team`
    for (const [action, request] of [
      ['iam:PutUserPolicy', { userName: 'ci-build', policyName: 'x' }],
      ['iam:PutRolePolicy', { roleName: 'deploy', policyName: 'x' }],
      ['iam:PutGroupPolicy', { groupName: 'all', policyName: 'x' }],
      ['iam:CreatePolicy', { policyName: 'team' }],
      ['iam:CreatePolicyVersion', { policyArn, setAsDefault: false }],
    ] as const) {
      const { respond } = await deployed()
      const { outcomes } = await respond([delivered(call(action, { id: 'g', request: { ...request, policyDocument } }))])
      expect(outcomes.map(({ decision }) => decision?.action)).toEqual(['ask'])
    }
  })

  it('split over two statements', async () => {
    const { respond } = await deployed()
    const policyDocument = document(
      { Effect: 'Allow', Action: ['iam:PutUserPolicy', 'iam:AttachUserPolicy'], Resource: '*' },
      { Effect: 'Allow', Action: 'iam:*RolePolicy', Resource: '*' },
    )
    const { outcomes } = await respond([delivered(call('iam:PutUserPolicy', { id: 's', request: { userName: 'x', policyDocument } }))])
    expect(outcomes.map(({ decision }) => decision?.action)).toEqual(['ask'])
  })

  it('by a policy of the account that it made: what is left for a person names the policy', async () => {
    const { respond, incidents } = await deployed()
    const policyDocument = document({ Effect: 'Allow', Action: '*', Resource: '*' })
    const policyArn = `arn:aws:iam::${ACCOUNT}:policy/team`
    await respond(
      [
        call('iam:CreatePolicy', { id: 'a', request: { policyName: 'team', policyDocument } }),
        call('iam:AttachRolePolicy', { id: 'b', time: NOW + 1000, request: { roleName: 'deploy', policyArn } }),
        call('iam:SetDefaultPolicyVersion', { id: 'c', time: NOW + 2000, request: { policyArn, versionId: 'v1' } }),
      ].map((record) => delivered(record)),
    )
    const [incident] = await incidents()
    expect(incident?.state).toBe('asking')
    expect(incident?.lineage.map(({ id }) => id)).toEqual(['iam:CreatePolicy team', `iam:SetDefaultPolicyVersion ${policyArn}`])
  })
})
