import { describe, expect, it } from 'vitest'
import { outsidersIn } from '../../shared/detect/outsiders.ts'
import { formatArn, parseArn, partitionOfRegion, principalIn } from '../../shared/domain/arn.ts'
import { ACCOUNT, call, embedded, NOW } from '../embedded.ts'

const OUTSIDE = '210987654321'

/** AWS attaches its quarantine policy, in a partition. */
function quarantine(operation: 'AttachUserPolicy' | 'AttachRolePolicy', request: object, awsRegion: string) {
  const record = call(`iam:${operation}`, { id: 'q1', from: 'AWS Internal', agent: 'AWS Internal', request })
  return { ...record, awsRegion, userIdentity: { type: 'AWSService', invokedBy: 'AWS Internal' }, recipientAccountId: ACCOUNT }
}

function partitionedAccount(partition: string) {
  const place = `arn:${partition}:iam::${ACCOUNT}`
  const common = { Path: '/', AttachedManagedPolicies: [], Tags: [] }
  return {
    UserDetailList: [{ ...common, UserName: 'ci-build', Arn: `${place}:user/ci-build`, UserPolicyList: [], GroupList: [] }],
    RoleDetailList: [
      { ...common, RoleName: 'deploy', Arn: `${place}:role/deploy`, RolePolicyList: [], AssumeRolePolicyDocument: '{"Statement":[]}' },
    ],
  }
}

describe('an intruder works in a partition other than the commercial one', () => {
  it.each([
    ['aws', 'us-east-1'],
    ['aws-us-gov', 'us-gov-west-1'],
    ['aws-cn', 'cn-north-1'],
    ['aws-iso-b', 'us-isob-east-1'],
    ['aws-eusc', 'eusc-de-east-1'],
  ])('with a key that AWS quarantines in %s: the user is contained, whatever the version of the policy', async (partition, region) => {
    for (const version of ['', 'V2', 'V3', 'V4']) {
      const { respond, incidents } = await embedded({ account: partitionedAccount(partition) })
      const request = { userName: 'ci-build', policyArn: `arn:${partition}:iam::aws:policy/AWSCompromisedKeyQuarantine${version}` }
      await respond([quarantine('AttachUserPolicy', request, region)])
      const contained = (await incidents()).find(({ state }) => state === 'contained')
      expect(contained?.identity).toEqual({
        id: `arn:${partition}:iam::${ACCOUNT}:user/ci-build`,
        kind: 'iam-user',
        name: 'ci-build',
        account: ACCOUNT,
      })
    }
  })

  it.each(['aws', 'aws-us-gov', 'aws-cn'])(
    'with a role that AWS quarantines in %s: the role is exposed as a user would be',
    async (partition) => {
      const { respond, incidents } = await embedded({ account: partitionedAccount(partition) })
      const request = { roleName: 'deploy', policyArn: `arn:${partition}:iam::aws:policy/AWSCompromisedKeyQuarantineV4` }
      await respond([quarantine('AttachRolePolicy', request, 'unknown')])
      const [incident] = await incidents()
      expect(incident?.identity).toMatchObject({ id: `arn:${partition}:iam::${ACCOUNT}:role/deploy`, kind: 'role' })
      expect(incident?.decision.action).toBe('contain')
    },
  )

  it('and the true twin, a policy of the account’s own with that name, quarantines nobody', async () => {
    const { respond, incidents } = await embedded({ account: partitionedAccount('aws') })
    const policyArn = `arn:aws:iam::${ACCOUNT}:policy/AWSCompromisedKeyQuarantineV4`
    await respond([quarantine('AttachUserPolicy', { userName: 'ci-build', policyArn }, 'us-east-1')])
    expect(await incidents()).toEqual([])
  })

  it('by a user that it creates there under a path: what that user does joins the same incident', async () => {
    const { respond, incidents } = await embedded({ account: partitionedAccount('aws-us-gov') })
    const arn = `arn:aws-us-gov:iam::${ACCOUNT}:user/hidden/backdoor`
    const gov = (record: object) => ({ ...record, awsRegion: 'us-gov-west-1' })
    const identity = { type: 'IAMUser', accountId: ACCOUNT }
    const ciBuild = {
      ...identity,
      arn: `arn:aws-us-gov:iam::${ACCOUNT}:user/ci-build`,
      userName: 'ci-build',
      accessKeyId: 'AKIACIBUILD000000001',
    }
    const backdoor = { ...identity, arn, userName: 'backdoor', accessKeyId: 'AKIABACKDOOR00000001' }
    const created = { id: 'p1', request: { userName: 'backdoor', path: '/hidden/' }, response: { user: { arn, userName: 'backdoor' } } }
    await respond([{ ...gov(call('iam:CreateUser', created)), userIdentity: ciBuild }])
    await respond([{ ...gov(call('cloudtrail:StopLogging', { id: 'p2', time: NOW + 1000 })), userIdentity: ciBuild }])
    await respond([{ ...gov(call('cloudtrail:DeleteTrail', { id: 'p3', time: NOW + 2000 })), userIdentity: backdoor }])
    const all = await incidents()
    expect(all).toHaveLength(1)
    expect(all[0]?.findings.map(({ signalId }) => signalId)).toContain('p3')
  })
})

describe('an intruder lets an outsider in under a text that looks like ours', () => {
  const trust = (principal: unknown, condition?: object) => ({
    Statement: [
      { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole', ...(condition === undefined ? {} : { Condition: condition }) },
    ],
  })
  const named = (principal: unknown, condition?: object) =>
    outsidersIn(trust(principal, condition), { account: ACCOUNT }).map(({ name }) => name)

  it.each([
    ['whose role is named like our account', `arn:aws:iam::${OUTSIDE}:role/x-${ACCOUNT}`, `arn:aws:iam::${ACCOUNT}:role/x-${ACCOUNT}`],
    ['whose path holds our account', `arn:aws:iam::${OUTSIDE}:role/${ACCOUNT}/x`, `arn:aws:iam::${ACCOUNT}:role/${ACCOUNT}/x`],
    ['as a session', `arn:aws:sts::${OUTSIDE}:assumed-role/deploy/${ACCOUNT}`, `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/x`],
    ['of another partition', `arn:aws-us-gov:iam::${OUTSIDE}:root`, `arn:aws-us-gov:iam::${ACCOUNT}:root`],
    ['by the number alone', OUTSIDE, ACCOUNT],
  ])('%s: the outsider is told by the account of the ARN, and our own twin is none', (_, outsider, own) => {
    expect(outsidersIn(trust({ AWS: outsider }), { account: ACCOUNT })).toEqual([{ name: outsider, certainty: 'certain' }])
    expect(outsidersIn(trust({ AWS: own }), { account: ACCOUNT })).toEqual([])
  })

  it.each(['AIDAQ3EGRDOUTSIDE0AA', 'AROAQ3EGRDOUTSIDE0AA', 'not an ARN at all'])(
    'by %s, which says no account: it is told, with less weight',
    (id) => {
      expect(outsidersIn(trust({ AWS: [id] }), { account: ACCOUNT })).toEqual([
        { name: `${id}, whose account the policy does not say`, certainty: 'likely' },
      ])
    },
  )

  it('with an external id, which the outsider may choose itself: it is told, with less weight', () => {
    const outsider = `arn:aws:iam::${OUTSIDE}:root`
    const condition = { StringEquals: { 'sts:ExternalId': 'x' } }
    expect(outsidersIn(trust({ AWS: outsider }, condition), { account: ACCOUNT })).toEqual([
      { name: `${outsider} with an external id`, certainty: 'likely' },
    ])
    expect(named({ AWS: `arn:aws:iam::${ACCOUNT}:root` }, condition)).toEqual([])
    expect(named('*', condition)).toEqual(['*'])
  })

  it.each([
    [
      'everybody of an account that a condition names',
      { StringEquals: { 'aws:PrincipalAccount': OUTSIDE } },
      { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } },
      OUTSIDE,
    ],
    [
      'a negated condition',
      { StringNotEquals: { 'aws:PrincipalAccount': ACCOUNT } },
      { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } },
      '*',
    ],
    [
      'a condition that any value fits',
      { StringLike: { 'aws:PrincipalAccount': '*' } },
      { StringLike: { 'aws:PrincipalAccount': ACCOUNT } },
      '*',
    ],
    [
      'a condition that holds where the key is missing',
      { StringEqualsIfExists: { 'aws:SourceAccount': ACCOUNT } },
      { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
      '*',
    ],
    [
      'an ARN of any account',
      { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/deploy' } },
      { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${ACCOUNT}:role/*` } },
      '*',
    ],
    [
      'any source',
      { ArnLike: { 'aws:SourceArn': '*' } },
      { ArnLike: { 'aws:SourceArn': `arn:aws:sns:us-east-1:${ACCOUNT}:reports` } },
      '*',
    ],
  ])('behind %s: who gets in is told, and the condition that keeps outsiders out is believed', (_, forged, twin, outsider) => {
    expect(named({ AWS: '*' }, forged)).toEqual([outsider])
    expect(named({ AWS: '*' }, twin)).toEqual([])
  })

  it('by naming whom it does not let in: everybody else gets in', () => {
    const document = { Statement: [{ Effect: 'Allow', NotPrincipal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: '*' }] }
    expect(outsidersIn(document, { account: ACCOUNT })).toEqual([{ name: '*', certainty: 'certain' }])
    expect(outsidersIn({ Statement: [{ ...document.Statement[0], Effect: 'Deny' }] }, { account: ACCOUNT })).toEqual([])
  })

  it('through an identity provider that everybody can sign in with', () => {
    const github = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`
    const sub = (value: string) => ({ StringLike: { 'token.actions.githubusercontent.com:sub': value } })
    expect(named({ Federated: github })).toEqual(['everybody who signs in with token.actions.githubusercontent.com'])
    expect(named({ Federated: github }, sub('repo:*'))).toHaveLength(1)
    expect(named({ Federated: github }, sub('repo:example/app:*'))).toHaveLength(1)
    expect(named({ Federated: 'accounts.google.com' })).toHaveLength(1)
    expect(named({ Federated: 'accounts.google.com' }, { StringEquals: { 'accounts.google.com:aud': '123' } })).toHaveLength(1)
    expect(named({ Federated: `arn:aws:iam::${OUTSIDE}:saml-provider/x` })).toHaveLength(1)
    expect(named({ Federated: `arn:aws:iam::${ACCOUNT}:saml-provider/x` })).toEqual([])
  })

  it('while services that take a role on are no outsiders, and CloudFront may read for anybody', () => {
    expect(named({ Service: 'ec2.amazonaws.com' })).toEqual([])
    const identity = 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE'
    expect(outsidersIn(trust({ AWS: identity }), { account: ACCOUNT })).toEqual([{ name: identity, certainty: 'likely' }])
    expect(named({ CanonicalUser: '0123456789abcdef' })).toHaveLength(1)
  })

  it('and a person is at least told, where an account that nobody named before is let in on an external id or a unique id', async () => {
    for (const [at, statement] of [
      trust({ AWS: 'AIDAQ3EGRDOUTSIDE0AA' }),
      trust({ AWS: `arn:aws:iam::${OUTSIDE}:root` }, { StringEquals: { 'sts:ExternalId': 'x' } }),
    ].entries()) {
      const { respond, notices } = await embedded()
      await respond([
        call('iam:UpdateAssumeRolePolicy', { id: `t${at}`, request: { roleName: 'deploy', policyDocument: JSON.stringify(statement) } }),
      ])
      expect(notices).not.toEqual([])
    }
    const { respond, notices } = await embedded()
    const own = JSON.stringify(trust({ AWS: `arn:aws:iam::${ACCOUNT}:root` }, { StringEquals: { 'sts:ExternalId': 'x' } }))
    await respond([call('iam:UpdateAssumeRolePolicy', { id: 't9', request: { roleName: 'deploy', policyDocument: own } })])
    expect(notices).toEqual([])
  })

  it('on a function, for a caller whose role is named after us: the caller’s account counts', async () => {
    const { respond, incidents } = await embedded()
    const allow = (id: string, principal: string) => call('lambda:AddPermission', { id, request: { functionName: 'report', principal } })
    await respond([allow('f1', `arn:aws:iam::${ACCOUNT}:role/x`), allow('f2', 's3.amazonaws.com')])
    expect(await incidents()).toEqual([])
    await respond([allow('f3', `arn:aws:iam::${OUTSIDE}:role/x-${ACCOUNT}`)])
    expect((await incidents())[0]?.findings.map(({ detector }) => detector)).toContain('function-opened')
  })
})

describe('the parts of an ARN', () => {
  it('are read as they are written back', () => {
    for (const text of [
      `arn:aws-cn:iam::${ACCOUNT}:role/teams/a/deploy`,
      'arn:aws:s3:::reports/a:b',
      `arn:aws:lambda:us-east-1:${ACCOUNT}:function:report:1`,
    ]) {
      const arn = parseArn(text)
      expect(arn === undefined ? undefined : formatArn(arn)).toBe(text)
    }
  })

  it.each([
    '',
    'arn:aws:iam',
    `arn:evil:iam::${ACCOUNT}:user/x`,
    'arn:aws:iam::12345:user/x',
    ` arn:aws:iam::${ACCOUNT}:user/x`,
    `arn:aws:iam::${ACCOUNT}:`,
  ])('are not read from %j', (text) => expect(parseArn(text)).toBeUndefined())

  it('name a principal by the last part of its path, and nobody where they are of another service', () => {
    expect(principalIn(`arn:aws:iam::${ACCOUNT}:user/a/b`)).toMatchObject({ kind: 'user', name: 'b' })
    expect(principalIn(`arn:aws:iam::${ACCOUNT}:root`)).toMatchObject({ kind: 'root' })
    expect(principalIn(`arn:aws:sts::${ACCOUNT}:federated-user/bob`)).toMatchObject({ kind: 'federated-user', name: 'bob' })
    expect(principalIn(`arn:aws:sts::${ACCOUNT}:assumed-role/deploy/build-7`)).toMatchObject({ name: 'deploy', sessionName: 'build-7' })
    for (const none of [
      `arn:aws:iam::${ACCOUNT}:user/`,
      `arn:aws:sts::${ACCOUNT}:user/x`,
      `arn:aws:sts::${ACCOUNT}:assumed-role/`,
      'arn:aws:iam::aws:role/x',
    ])
      expect(principalIn(none)).toBeUndefined()
  })

  it('are of the partition of the region where no ARN says it', () => {
    const regions = [
      'us-east-1',
      'cn-north-1',
      'us-gov-east-1',
      'us-iso-east-1',
      'us-isob-east-1',
      'eu-isoe-west-1',
      'us-isof-south-1',
      'eusc-de-east-1',
    ]
    expect(regions.map(partitionOfRegion)).toEqual([
      'aws',
      'aws-cn',
      'aws-us-gov',
      'aws-iso',
      'aws-iso-b',
      'aws-iso-e',
      'aws-iso-f',
      'aws-eusc',
    ])
  })
})
