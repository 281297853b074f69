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

const GITHUB = 'token.actions.githubusercontent.com'
const byToken = (host: string, claims: object, Federated = host) =>
  opened['a role']({
    Principal: { Federated },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringLike: Object.fromEntries(Object.entries(claims).map(([claim, value]) => [`${host}:${claim}`, value])) },
  })
const byGitHub = (claims: object) =>
  byToken(GITHUB, { aud: 'sts.amazonaws.com', ...claims }, `arn:aws:iam::${ACCOUNT}:oidc-provider/${GITHUB}`)
const OUR_CLAIMS = { trustedClaims: [{ provider: GITHUB, claim: 'sub', values: ['repo:example/*'] }] }

describe('an intruder opens a role to tokens of an identity provider that everybody signs in with', () => {
  const decisions = async (record: object, policy: object = {}) => {
    const { respond, notices } = await deployed({ policy })
    const { outcomes } = await respond([delivered(record)])
    return { actions: outcomes.map(({ decision }) => decision?.action), notified: notices.length }
  }

  it.each([
    ['its own repository', byGitHub({ sub: 'repo:evil/backdoor:*' })],
    ['its own repository, beside ours', byGitHub({ sub: ['repo:example/app:*', 'repo:evil/backdoor:*'] })],
    ['its own identity pool', byToken('cognito-identity.amazonaws.com', { aud: 'us-east-1:11111111-2222-3333-4444-555555555555' })],
    ['its own client', byToken('accounts.google.com', { aud: 'evil.apps.googleusercontent.com' })],
  ])('of %s: people are notified', async (_, record) => {
    expect(await decisions(record)).toEqual({ actions: ['notify'], notified: 1 })
  })

  it.each([
    ['an audience that everybody may ask for', byGitHub({})],
    ['a branch that everybody may have', byGitHub({ ref: 'refs/heads/main' })],
    ['a name that begins like ours', byGitHub({ sub: 'repo:example*' })],
  ])('of %s: people are asked', async (_, record) => {
    expect(await decisions(record)).toEqual({ actions: ['ask'], notified: 1 })
    expect(await decisions(record, OUR_CLAIMS)).toEqual({ actions: ['ask'], notified: 1 })
  })

  it('and where the policy says which claims are ours, people are asked about others, and not told of ours', async () => {
    expect(await decisions(byGitHub({ sub: 'repo:evil/backdoor:*' }), OUR_CLAIMS)).toEqual({ actions: ['ask'], notified: 1 })
    expect(await decisions(byGitHub({ sub: 'repo:example/app:ref:refs/heads/main' }), OUR_CLAIMS)).toEqual({ actions: [], notified: 0 })
  })

  it('while a service account of a cluster whose issuer is in the account is not told of', async () => {
    const issuer = 'oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE'
    const record = byToken(issuer, { sub: 'system:serviceaccount:jobs:backup' }, `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`)
    expect(await decisions(record)).toEqual({ actions: [], notified: 0 })
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
  ['names of some lengths that it leaves out', { Action: '*', NotResource: ['*/??????????', '*/???????????'] }],
  ['nearly all names that it leaves out', { Action: '*', NotResource: ['*/??*', '*:??*/*'] }],
  ['services of some lengths that it leaves out', { NotAction: ['??????????*:*', 'iam:Create*'], Resource: '*' }],
  ['names of one length', { Action: '*', Resource: '*/?????' }],
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

  it.each([
    ['names of one length', [{ Action: '*', Resource: '*/??????????' }]],
    ['its own name among others', [{ Action: 'iam:*', Resource: ['*/ci-*', '*/ab*'] }]],
    [
      'all users, and the usual calls',
      [
        { Action: 'iam:*', Resource: '*:user/*' },
        { Action: ['iam:Put*', 'iam:Attach*'], Resource: '*' },
      ],
    ],
  ])('and denies itself %s: what is left is as good as everything, so people are asked', async (_, denied) => {
    const denials = denied.map((statement) => ({ Effect: 'Deny', ...statement }))
    const policyDocument = document({ Effect: 'Allow', Action: 'iam:*', Resource: '*' }, ...denials)
    const { respond } = await deployed()
    const { outcomes } = await respond([delivered(call('iam:PutUserPolicy', { id: 'd', request: { userName: 'x', policyDocument } }))])
    expect(outcomes.map(({ decision }) => decision?.action)).toEqual(['ask'])
  })

  it.each([
    [
      'all of IAM denied',
      [
        { Effect: 'Allow', Action: 'iam:*', Resource: '*' },
        { Effect: 'Deny', Action: 'iam:*', Resource: '*' },
      ],
    ],
    ['every resource of IAM left out', [{ Effect: 'Allow', Action: 'iam:*', NotResource: 'arn:aws:iam::*:*' }]],
    ['rights of one service', [{ Effect: 'Allow', Action: 's3:*', NotResource: '*/??????????' }]],
    [
      'a boundary for whoever gets rights',
      [
        {
          Effect: 'Allow',
          Action: 'iam:*',
          NotResource: '*/??????????',
          Condition: { StringEquals: { 'iam:PermissionsBoundary': `arn:aws:iam::${ACCOUNT}:policy/boundary` } },
        },
      ],
    ],
  ])('while a policy with %s is not told of', async (_, statements) => {
    const { respond } = await deployed()
    const request = { userName: 'x', policyDocument: document(...statements) }
    const { outcomes } = await respond([delivered(call('iam:PutUserPolicy', { id: 'n', request }))])
    expect(outcomes.flatMap(({ findings }) => findings.map(({ detector }) => detector))).not.toContain('admin-policy-granted')
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
