import { describe, expect, it } from 'vitest'
import type { Signal } from '../../shared/domain/signal.ts'
import { normalise } from '../../shared/sense/normalise.ts'

const ACCOUNT = '123456789012'
const base = { eventID: 'e1', eventTime: '2026-01-01T00:00:00Z', eventName: 'ListBuckets', eventSource: 's3.amazonaws.com' }

function signalOf(record: object): Signal {
  const normalised = normalise({ ...base, ...record })
  if (normalised.kind !== 'signals') throw new Error(normalised.reason)
  return normalised.signals[0] as Signal
}
const actor = (userIdentity: object, more: object = {}) => {
  const { identity, credential } = signalOf({ userIdentity, ...more })
  return { id: identity.id, kind: identity.kind, name: identity.name, credential: credential.id, as: credential.kind }
}

describe('who acted', () => {
  it.each([
    [
      'an IAM user with a key',
      {
        type: 'IAMUser',
        arn: `arn:aws:iam::${ACCOUNT}:user/ops/anna`,
        accountId: ACCOUNT,
        userName: 'anna',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      },
      { id: `arn:aws:iam::${ACCOUNT}:user/ops/anna`, kind: 'iam-user', name: 'anna', credential: 'AKIAIOSFODNN7EXAMPLE', as: 'access-key' },
    ],
    [
      'an IAM user without an ARN',
      { type: 'IAMUser', accountId: ACCOUNT, userName: 'anna' },
      { id: `arn:aws:iam::${ACCOUNT}:user/anna`, kind: 'iam-user', name: 'anna', as: 'none' },
    ],
    [
      'an IAM user with only a principal',
      { type: 'IAMUser', accountId: ACCOUNT, principalId: 'AIDA1' },
      { id: `arn:aws:iam::${ACCOUNT}:user/AIDA1`, name: 'AIDA1' },
    ],
    [
      'root',
      { type: 'Root', accountId: ACCOUNT, accessKeyId: 'ASIA1' },
      { id: `arn:aws:iam::${ACCOUNT}:root`, kind: 'root', as: 'session' },
    ],
    [
      'a role session, whose identity is the role with its path',
      {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/s1`,
        accountId: ACCOUNT,
        accessKeyId: 'ASIA1',
        sessionContext: { sessionIssuer: { arn: `arn:aws:iam::${ACCOUNT}:role/ci/deploy`, userName: 'deploy' } },
      },
      { id: `arn:aws:iam::${ACCOUNT}:role/ci/deploy`, kind: 'role', name: 'deploy', credential: 'ASIA1' },
    ],
    [
      'a role session without its issuer',
      { type: 'AssumedRole', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/a/b`, accountId: ACCOUNT },
      { id: `arn:aws:iam::${ACCOUNT}:role/deploy`, credential: `session:arn:aws:iam::${ACCOUNT}:role/deploy/a/b` },
    ],
    [
      'a role session that names no session',
      { type: 'AssumedRole', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy`, accountId: ACCOUNT },
      { id: `arn:aws:iam::${ACCOUNT}:role/deploy`, as: 'none' },
    ],
    [
      'a role',
      { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/x`, accountId: ACCOUNT },
      { id: `arn:aws:iam::${ACCOUNT}:role/x`, kind: 'role' },
    ],
    [
      'a role whose path reads like a session of another',
      { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/admin/:assumed-role/x`, accountId: ACCOUNT },
      { id: `arn:aws:iam::${ACCOUNT}:role/admin/:assumed-role/x`, kind: 'role', name: 'x' },
    ],
    [
      'a federated user',
      { type: 'FederatedUser', arn: `arn:aws:sts::${ACCOUNT}:federated-user/bob`, accountId: ACCOUNT, accessKeyId: 'ASIA2' },
      { kind: 'federated-user', name: 'bob', as: 'session' },
    ],
    [
      'a federated user without an ARN',
      { type: 'FederatedUser', accountId: ACCOUNT, principalId: 'p' },
      { id: `arn:aws:sts::${ACCOUNT}:federated-user/p` },
    ],
    ['a SAML user', { type: 'SAMLUser', principalId: 'x:bob', userName: 'bob' }, { id: 'saml:x:bob', kind: 'saml', name: 'bob' }],
    ['a SAML user without a name', { type: 'SAMLUser', principalId: 'x' }, { id: 'saml:x', name: 'x' }],
    [
      'a web identity',
      { type: 'WebIdentityUser', principalId: 'gh:repo', userName: 'repo' },
      { id: 'web-identity:gh:repo', kind: 'web-identity' },
    ],
    ['a web identity without a name', { type: 'WebIdentityUser', principalId: 'gh' }, { name: 'gh' }],
    [
      'an Identity Center user',
      { type: 'IdentityCenterUser', onBehalfOf: { userId: 'u-1' } },
      { id: 'identity-center:u-1', kind: 'identity-center' },
    ],
    ['an Identity Center user without an id', { type: 'IdentityCenterUser', principalId: 'p' }, { id: 'identity-center:p' }],
    [
      'another account',
      { type: 'AWSAccount', accountId: '999999999999', principalId: 'p' },
      { id: 'account:999999999999', kind: 'aws-account' },
    ],
    ['a service', { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' }, { id: 'service:unknown:ec2.amazonaws.com', kind: 'aws-service' }],
    ['a service without a name', { type: 'AWSService' }, { id: 'service:unknown:unknown' }],
    ['a service without a type', { invokedBy: 'ec2.amazonaws.com' }, { kind: 'aws-service' }],
    ['a directory', { type: 'Directory', accountId: ACCOUNT, principalId: 'd' }, { id: `unknown:${ACCOUNT}:d`, kind: 'unknown' }],
    ['nobody', {}, { id: 'unknown:unknown:unknown', kind: 'unknown' }],
    ['a key of an unknown form', { type: 'IAMUser', userName: 'x', accountId: ACCOUNT, accessKeyId: '1' }, { credential: '1', as: 'none' }],
  ])('is %s', (_, userIdentity, expected) => expect(actor(userIdentity)).toMatchObject(expected))

  it('knows a Bedrock API key by its bearer token', () => {
    expect(
      actor({ type: 'IAMUser', userName: 'BedrockAPIKey-1', accountId: ACCOUNT }, { additionalEventData: { callWithBearerToken: true } }),
    ).toMatchObject({ as: 'bedrock-api-key', credential: `bearer:arn:aws:iam::${ACCOUNT}:user/BedrockAPIKey-1` })
  })

  it('knows a console sign-in', () => {
    expect(actor({ type: 'IAMUser', userName: 'anna', accountId: ACCOUNT }, { eventType: 'AwsConsoleSignIn' })).toMatchObject({
      as: 'console',
      credential: 'console:anna',
    })
  })

  it('reads nothing from a prototype', () => {
    expect(normalise(JSON.parse('{"__proto__":{"eventName":"x","eventSource":"y","eventTime":"2026-01-01T00:00:00Z"}}')).kind).toBe(
      'unreadable',
    )
  })
})

describe('what was done', () => {
  it.each([
    ['AccessDenied', 'denied'],
    ['Client.UnauthorizedOperation', 'denied'],
    ['ValidationException', 'failed'],
    [undefined, 'success'],
  ])('with error code %s is %s', (errorCode, outcome) => expect(signalOf({ errorCode }).outcome).toBe(outcome))

  it('takes CloudTrail at its word for what is read-only, and the name where it says nothing', () => {
    expect(signalOf({ readOnly: false }).isReadOnly).toBe(false)
    expect(signalOf({ readOnly: 'true', eventName: 'PutObject' }).isReadOnly).toBe(true)
    expect(signalOf({ readOnly: 'false' }).isReadOnly).toBe(false)
    expect(signalOf({}).isReadOnly).toBe(true)
    expect(signalOf({ eventName: 'CreateBucket' }).isReadOnly).toBe(false)
  })

  it.each([
    ['monitoring.amazonaws.com', 'PutMetricAlarm', 'cloudwatch:PutMetricAlarm'],
    ['email.amazonaws.com', 'GetSendQuota', 'ses:GetSendQuota'],
    ['lambda.amazonaws.com', 'UpdateFunctionCode20150331v2', 'lambda:UpdateFunctionCode'],
    ['cloudfront.amazonaws.com', 'UpdateDistribution2020_05_31', 'cloudfront:UpdateDistribution'],
    ['example', 'X', 'example:X'],
  ])('by %s %s is %s', (eventSource, eventName, action) => expect(signalOf({ eventSource, eventName }).action).toBe(action))

  it('says which credential was made, and for whom', () => {
    const made = (record: object) => signalOf(record).created
    expect(
      made({
        eventSource: 'iam.amazonaws.com',
        eventName: 'CreateAccessKey',
        responseElements: { accessKey: { accessKeyId: 'AKIA1', userName: 'bob' } },
      }),
    ).toEqual({
      id: 'AKIA1',
      kind: 'access-key',
      owner: 'bob',
    })
    expect(
      made({
        eventSource: 'iam.amazonaws.com',
        eventName: 'CreateAccessKey',
        userIdentity: { type: 'IAMUser', userName: 'anna' },
        responseElements: { accessKey: { accessKeyId: 'AKIA1' } },
      }),
    ).toMatchObject({ owner: 'anna' })
    expect(
      made({
        eventSource: 'sts.amazonaws.com',
        eventName: 'AssumeRole',
        responseElements: { credentials: { accessKeyId: 'ASIA1' }, assumedRoleUser: { arn: 'arn:r' } },
      }),
    ).toEqual({ id: 'ASIA1', kind: 'session', owner: 'arn:r' })
    expect(
      made({
        eventSource: 'sts.amazonaws.com',
        eventName: 'GetFederationToken',
        responseElements: { credentials: { accessKeyId: 'ASIA1' }, federatedUser: { arn: 'arn:f' } },
      }),
    ).toMatchObject({ owner: 'arn:f' })
    expect(
      made({
        eventSource: 'sts.amazonaws.com',
        eventName: 'GetSessionToken',
        userIdentity: { type: 'IAMUser', userName: 'anna' },
        responseElements: { credentials: { accessKeyId: 'ASIA1' } },
      }),
    ).toMatchObject({ owner: 'anna' })
    expect(
      made({ eventSource: 'iam.amazonaws.com', eventName: 'CreateLoginProfile', responseElements: { loginProfile: { userName: 'bob' } } }),
    ).toEqual({
      id: 'console:bob',
      kind: 'console',
      owner: 'bob',
    })
    expect(
      made({
        eventSource: 'iam.amazonaws.com',
        eventName: 'CreateAccessKey',
        errorCode: 'AccessDenied',
        responseElements: { accessKey: { accessKeyId: 'AKIA1' } },
      }),
    ).toBeUndefined()
  })

  it('says which identity was made, and which door was opened', () => {
    const iam = (eventName: string, request: object, response: object = {}) =>
      signalOf({ eventSource: 'iam.amazonaws.com', eventName, requestParameters: request, responseElements: response }).created
    const arn = 'arn:aws:iam::123456789012:user/ops/eve'
    expect(iam('CreateUser', { userName: 'eve' }, { user: { arn } })).toEqual({ id: arn, kind: 'user', owner: 'eve' })
    expect(iam('CreateUser', { userName: 'eve' })).toEqual({ id: 'user:eve', kind: 'user', owner: 'eve' })
    expect(iam('CreateUser', {})).toBeUndefined()
    expect(iam('CreateRole', { roleName: 'r' })).toEqual({ id: 'role:r', kind: 'role', owner: 'r' })
    expect(
      iam(
        'CreateServiceSpecificCredential',
        {},
        { serviceSpecificCredential: { serviceSpecificCredentialId: 'ACCA1', userName: 'BedrockAPIKey-1' } },
      ),
    ).toEqual({ id: 'ACCA1', kind: 'service-specific-credential', owner: 'BedrockAPIKey-1' })
    expect(iam('CreateServiceSpecificCredential', {})).toBeUndefined()
    expect(iam('UpdateAssumeRolePolicy', { roleName: 'deploy' })).toEqual({
      id: 'iam:UpdateAssumeRolePolicy deploy',
      kind: 'backdoor',
      owner: 'deploy',
    })
    expect(iam('CreateSAMLProvider', {})).toMatchObject({ kind: 'backdoor', owner: '(unknown)' })
    expect(iam('ListUsers', { userName: 'x' })).toBeUndefined()
  })

  it('is refused where it cannot be read, with what is missing', () => {
    expect(normalise(null)).toMatchObject({ reason: 'not a JSON object' })
    expect(normalise([])).toMatchObject({ kind: 'unreadable' })
    expect(normalise({ ...base, eventTime: 'yesterday' })).toMatchObject({ reason: expect.stringContaining('eventTime') })
    expect(normalise({ ...base, eventTime: '1999-01-01' })).toMatchObject({ kind: 'unreadable' })
    expect(normalise({ ...base, eventName: '' })).toMatchObject({ reason: expect.stringContaining('eventName') })
    expect(normalise({ 'detail-type': 'x', detail: { nothing: true } })).toMatchObject({ kind: 'unreadable' })
  })

  it('gets an id where an export dropped it', () => {
    const { eventID, ...rest } = base
    const id = (record: object) => (normalise(record) as unknown as { signals: Signal[] }).signals[0]?.id
    expect(id(rest)).toMatch(/^derived:[0-9a-f]{32}$/)
    expect(id({ ...rest, eventName: 'Other' })).not.toBe(id(rest))
    expect(eventID).toBe('e1')
  })

  it('is clipped where a caller wrote too much', () => {
    expect(signalOf({ userAgent: 'x'.repeat(9000) }).origin.agent).toHaveLength(512)
  })
})

describe('AWS Health', () => {
  const event = (detail: object, more: object = {}) =>
    normalise({ source: 'aws.health', time: '2026-01-01T00:00:00Z', account: ACCOUNT, ...more, detail })
  const risk = { eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED', eventArn: 'arn:h' }

  it('names a signal for each entity, once, whichever region it comes from', () => {
    const entities = {
      affectedEntities: [
        { entityValue: 'AKIAIOSFODNN7EXAMPLE' },
        { entityValue: 'AKIAIOSFODNN7EXAMPLE' },
        { entityValue: 'anna' },
        { entityValue: '' },
        7,
      ],
    }
    const home = event({ ...risk, ...entities })
    const copy = event({ ...risk, ...entities }, { region: 'us-west-2', id: 'other' })
    expect(home).toEqual(copy)
    expect((home as unknown as { signals: Signal[] }).signals.map(({ identity, credential }) => [identity.id, credential.kind])).toEqual([
      ['access-key:AKIAIOSFODNN7EXAMPLE', 'access-key'],
      ['entity:anna', 'none'],
    ])
  })

  it('may name an ARN', () => {
    const ids = (value: string) =>
      (event({ ...risk, affectedEntities: [{ entityValue: value }] }) as unknown as { signals: Signal[] }).signals[0]?.identity
    expect(ids(`arn:aws:iam::${ACCOUNT}:user/x/anna`)).toMatchObject({ kind: 'iam-user', name: 'anna' })
    expect(ids(`arn:aws:iam::${ACCOUNT}:role/x`)).toMatchObject({ kind: 'role', name: 'x' })
  })

  it('is ignored where it says nothing of credentials, and unreadable where it says too little', () => {
    expect(event({ eventTypeCode: 'AWS_EC2_X' })).toMatchObject({ kind: 'ignored' })
    expect(event({})).toMatchObject({ kind: 'unreadable' })
    expect(event({ ...risk })).toMatchObject({ signals: [{ identity: { id: `account:${ACCOUNT}` } }] })
    expect(event({ ...risk, eventArn: undefined, affectedEntities: [{ entityValue: 'x' }] })).toMatchObject({ kind: 'unreadable' })
    expect(
      normalise({
        source: 'aws.health',
        detail: { ...risk, startTime: 'Sat, 05 Jun 2021 15:10:09 GMT', affectedEntities: [{ entityValue: 'x' }] },
      }),
    ).toMatchObject({ kind: 'signals' })
    expect(event({ ...risk, affectedAccount: '999999999999', affectedEntities: [{ entityValue: 'x' }] })).toMatchObject({
      signals: [{ account: '999999999999' }],
    })
  })
})

describe('the VPC endpoint of a call', () => {
  it('is part of where it came from', () => {
    expect(signalOf({ vpcEndpointId: 'vpce-0123456789abcdef0' }).origin.vpcEndpointId).toBe('vpce-0123456789abcdef0')
  })

  it.each([['vpce-*'], ['vpce-0123456789abcdef0,vpce-1'], ['AWS Internal'], [7], [null], [undefined]])(
    'is none where it is %j',
    (vpcEndpointId) => {
      expect(signalOf({ vpcEndpointId }).origin).not.toHaveProperty('vpcEndpointId')
    },
  )
})
