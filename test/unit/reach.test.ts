import { describe, expect, it } from 'vitest'
import { reachIn } from '../../shared/decide/reach/account-reach.ts'
import { ACCOUNT, allow, deny, namedPolicy, OWN_ACCOUNT, pathNamesOf, reachOf, roleArn, roleWith, userArn, userWith } from '../reach.ts'

const ofUser = (...statements: Parameters<typeof userWith>[1][]) => reachOf([userWith('ann', ...statements)])
const MFA = { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } }

describe('the reach that policies give', () => {
  it.each([
    ['everything', [allow('*')], 100],
    ['everything but tags', [allow('*'), deny('iam:*Tag*')], 100],
    ['everything, with MFA', [allow('*', '*', MFA)], 99],
    [
      'everything but rights',
      [{ Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'sso:*', 'identitystore:*'], Resource: '*' }],
      94,
    ],
    ['a new version of a policy', [allow('iam:CreatePolicyVersion')], 97],
    ['another trust policy', [allow('iam:UpdateAssumeRolePolicy')], 92],
    ['the code of functions', [allow('lambda:UpdateFunctionCode')], 87],
    ['commands on instances', [allow('ssm:SendCommand')], 87],
    ['the organisation', [allow('organizations:*')], 99],
    ['secrets', [allow('secretsmanager:GetSecretValue')], 65],
    ['one secret', [allow('secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:one-AbCdEf')], 52],
    ['objects', [allow('s3:?etObject')], 50],
    ['reads of any service', [allow('*:Get*')], 67],
    ['lists', [allow('s3:ListAllMyBuckets')], 5],
    ['nothing', [], 5],
    ['nothing, by a denial of everything', [allow('*'), deny('*')], 5],
    ['nothing, by a denial of all but nothing', [allow('*'), { Effect: 'Deny', NotAction: [], Resource: '*' }], 5],
    ['objects of a bucket that is denied', [allow('s3:GetObject', 'arn:aws:s3:::reports/*'), deny('s3:*', 'arn:aws:s3:::reports/*')], 5],
    ['objects of a bucket, with one denied', [allow('s3:GetObject', 'arn:aws:s3:::reports/*'), deny('s3:*', 'arn:aws:s3:::reports/a')], 40],
  ] as const)('of %s', (_, statements, reach) => expect(ofUser(...statements).reach).toBe(reach))

  it('is not lower by a denial that takes away nothing that counts', () => {
    const [without, denied] = [ofUser(allow(['iam:*', 's3:*'])), ofUser(allow(['iam:*', 's3:*']), deny('iam:*Tag*'))]
    expect(denied.reach).toBe(without.reach)
    expect(denied.reasons).toEqual(without.reasons)
  })

  it('is capped by a boundary, and by each level of service control policies', () => {
    const ann = userWith('ann', allow('*'))
    const boundary = namedPolicy('boundary', allow('s3:GetObject'))
    expect(reachOf([{ ...ann, policies: { ...ann.policies, boundary } }])).toMatchObject({ reach: 50, reasons: ['can read stored data'] })
    const all = [namedPolicy('FullAWSAccess', allow('*'))]
    expect(reachOf([ann], [all, all]).reach).toBe(100)
    expect(reachOf([ann], [all, [...all, namedPolicy('none', deny('*'))]]).reach).toBe(5)
    expect(reachOf([ann], [all, [namedPolicy('reads', allow('s3:GetObject'))]]).reach).toBe(50)
  })

  it('takes what cannot be read of a limit as possible, and of the policies of an identity as unknown', () => {
    const ann = userWith('ann', allow('iam:PutUserPolicy'))
    const unread = { name: 'Lost', document: undefined }
    expect(reachOf([{ ...ann, policies: { ...ann.policies, boundary: unread } }])).toMatchObject({ reach: 87 })
    expect(reachOf([{ ...ann, policies: { identity: [unread] } }])).toMatchObject({
      reach: 50,
      reasons: ['what the policy Lost allows is not known'],
    })
    expect(reachOf([{ ...ann, policies: { identity: [...ann.policies.identity, unread] } }]).reach).toBe(99)
  })
})

describe('the roles that an identity may come to', () => {
  const admin = roleWith('admin', OWN_ACCOUNT, allow('*'))
  const reader = roleWith('reader', OWN_ACCOUNT, allow('s3:GetObject'))
  const assume = (...names: string[]) => allow('sts:AssumeRole', names.map(roleArn))

  it.each([
    ['a right and the trust of the account', [userWith('ann', assume('admin')), admin], 99],
    ['a right alone', [userWith('ann', assume('admin')), roleWith('admin', { AWS: userArn('ben') }, allow('*'))], 36],
    ['the trust of the account alone', [userWith('ann', allow('s3:ListBucket')), admin], 5],
    ['its name in the trust policy', [userWith('ann'), roleWith('admin', { AWS: userArn('ann') }, allow('*'))], 99],
    ['its name, and a denial', [userWith('ann', deny('sts:*')), roleWith('admin', { AWS: userArn('ann') }, allow('*'))], 5],
    ['a right to another role', [userWith('ann', assume('reader')), admin, reader], 50],
    ['two steps', [userWith('ann', assume('middle')), roleWith('middle', { AWS: userArn('ann') }, assume('admin')), admin], 99],
    [
      'a pattern, where one is denied',
      [userWith('ann', allow('sts:AssumeRole'), deny('sts:AssumeRole', roleArn('admin'))), admin, reader],
      50,
    ],
    [
      'a right to a role of a service',
      [userWith('ann', assume('admin')), roleWith('admin', { Service: 'lambda.amazonaws.com' }, allow('*'))],
      36,
    ],
  ] as const)('by %s', (_, holders, reach) => expect(reachOf(holders).reach).toBe(reach))

  it('says by which roles', () => {
    const { hops, reasons } = reachOf([userWith('ann', assume('middle')), roleWith('middle', OWN_ACCOUNT, assume('admin')), admin])
    expect(hops.map(({ to }) => to)).toEqual([roleArn('middle'), roleArn('admin')])
    expect(reasons[0]).toBe('can assume the role middle')
  })

  it('takes a condition of the trust policy as possible', () => {
    const trust = { Statement: { Effect: 'Allow', Principal: OWN_ACCOUNT, Action: 'sts:AssumeRole', ...MFA } }
    expect(reachOf([userWith('ann', assume('admin')), { ...admin, trust }])).toMatchObject({
      reach: 90,
      reasons: [expect.stringContaining('possibly'), expect.anything()],
    })
    const other = { Statement: { ...trust.Statement, Condition: { ArnEquals: { 'aws:PrincipalArn': userArn('ben') } } } }
    expect(reachOf([userWith('ann', assume('admin')), { ...admin, trust: other }]).reach).toBeLessThan(50)
  })

  it('has whoever passes a role come to what that role may do', () => {
    const path = allow(['lambda:CreateFunction', 'lambda:InvokeFunction'])
    const passing = (Resource: string) => userWith('ann', path, allow('iam:PassRole', Resource))
    const [strong, weak] = ['strong', 'weak'].map((name) =>
      roleWith(name, { Service: 'lambda.amazonaws.com' }, allow(name === 'strong' ? '*' : 's3:GetObject')),
    )
    const holders = [strong, weak].flatMap((one) => one ?? [])
    expect(reachOf([passing('*'), ...holders]).reach).toBe(97)
    expect(reachOf([passing(roleArn('weak')), ...holders]).reach).toBe(60)
    expect(reachOf([passing(roleArn('s*')), ...holders]).reach).toBe(97)
    expect(reachOf([passing('*')]).reach).toBe(90)
    expect(reachOf([passing('*'), roleWith('strong', { Service: 'ec2.amazonaws.com' }, allow('*'))]).reach).toBe(60)
  })

  it('leaves service-linked roles out, and names who else is trusted', () => {
    const linked = {
      ...admin,
      id: `arn:aws:iam::${ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX`,
      name: 'AWSServiceRoleForX',
    }
    expect(reachOf([userWith('ann', allow('sts:AssumeRole')), linked]).reach).toBe(45)
    expect(pathNamesOf(reachOf([linked]))).toEqual([])
    expect(reachOf([roleWith('open', { AWS: ['arn:aws:iam::999999999999:root', '*'] }, allow('s3:GetObject'))]).reasons).toEqual([
      'can read stored data',
      'can be assumed by account 999999999999',
      'can be assumed by anyone',
    ])
  })

  it('ends where roles trust each other', () => {
    const two = [roleWith('a', OWN_ACCOUNT, assume('b')), roleWith('b', OWN_ACCOUNT, assume('a'), allow('secretsmanager:GetSecretValue'))]
    expect([...reachIn({ holders: two, controls: [] }).values()].map(({ reach }) => reach)).toEqual([67, 67])
  })
})
