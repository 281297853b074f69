import { describe, expect, it } from 'vitest'
import type { Signal } from '../../shared/domain/signal.ts'
import { NOT_DEPLOYED, tamperingMarker } from '../../shared/sense/enrich/tampering.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { call, embedded } from '../embedded.ts'

const ACCOUNT = '123456789012'
const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS'

/** A record with every field that is read. */
const whole = () => ({
  eventVersion: '1.11',
  eventID: 'e1',
  eventTime: '2026-01-01T00:00:00Z',
  eventName: 'CreateAccessKey',
  eventSource: 'iam.amazonaws.com',
  eventType: 'AwsApiCall',
  eventCategory: 'Management',
  awsRegion: 'us-east-1',
  sourceIPAddress: '192.0.2.1',
  userAgent: 'aws-cli/2.15',
  vpcEndpointId: 'vpce-0123456789abcdef0',
  errorCode: '',
  errorMessage: '',
  readOnly: false,
  managementEvent: true,
  recipientAccountId: ACCOUNT,
  requestParameters: { userName: 'backdoor' },
  responseElements: { accessKey: { userName: 'backdoor', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' } },
  additionalEventData: { MFAUsed: 'No' },
  resources: [{ ARN: `arn:aws:iam::${ACCOUNT}:user/backdoor` }],
  userIdentity: {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/run`,
    accountId: ACCOUNT,
    principalId: 'AROAEXAMPLEEXAMPLEAA:run',
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    invokedBy: 'cloudformation.amazonaws.com',
    inScopeOf: { issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: 'arn:aws:lambda:us-east-1:123456789012:function:report' },
    sessionContext: {
      sessionIssuer: { arn: `arn:aws:iam::${ACCOUNT}:role/ci/deploy`, userName: 'deploy', principalId: 'AROAEXAMPLEEXAMPLEAA' },
      webIdFederationData: { federatedProvider: 'token.actions.githubusercontent.com' },
    },
  },
})

const OBJECTS = [
  'requestParameters',
  'responseElements',
  'additionalEventData',
  'userIdentity',
  'userIdentity.inScopeOf',
  'userIdentity.sessionContext',
  'userIdentity.sessionContext.sessionIssuer',
  'userIdentity.sessionContext.webIdFederationData',
]
const TEXTS = [
  'eventID',
  'eventType',
  'eventCategory',
  'awsRegion',
  'sourceIPAddress',
  'userAgent',
  'vpcEndpointId',
  'errorCode',
  'errorMessage',
  'recipientAccountId',
  'userIdentity.type',
  'userIdentity.arn',
  'userIdentity.accountId',
  'userIdentity.principalId',
  'userIdentity.accessKeyId',
  'userIdentity.invokedBy',
  'userIdentity.sessionContext.sessionIssuer.arn',
  'userIdentity.sessionContext.sessionIssuer.userName',
]
const FLAGS = ['readOnly', 'managementEvent']

type Members = Record<string, unknown>

function changed(path: string, change: (before: unknown) => unknown): unknown {
  const record: Members = whole()
  const keys = path.split('.')
  const last = keys.pop() as string
  const holder = keys.reduce((at, key) => at[key] as Members, record)
  holder[last] = change(holder[last])
  return record
}

const reasonOf = (record: unknown) => {
  const normalised = normalise(record)
  return normalised.kind === 'unreadable' ? normalised.reason : normalised.kind
}
const signalOf = (record: unknown): Signal => {
  const normalised = normalise(record)
  if (normalised.kind !== 'signals') throw new Error(normalised.reason)
  return normalised.signals[0] as Signal
}

describe('a field of a type that it cannot have', () => {
  const wrong: readonly (readonly [string, unknown])[] = [
    ['a list', []],
    ['a list of objects', [{ userName: 'backdoor' }]],
    ['true', true],
  ]
  const cases = [
    ...OBJECTS.flatMap((field) =>
      [...wrong, ['a number', 7], ['a text', 'no JSON'], ['clipped JSON', '{"userName":"backd'], ['JSON of a list', '[]']].map(
        ([what, value]) => [field, what, value] as const,
      ),
    ),
    ...TEXTS.flatMap((field) => [...wrong, ['an object', { omitted: true }]].map(([what, value]) => [field, what, value] as const)),
    ...FLAGS.flatMap((field) =>
      [
        ['a list', []],
        ['an object', {}],
        ['a number', 1],
        ['another word', 'yes'],
      ].map(([what, value]) => [field, what, value] as const),
    ),
    ['resources', 'a number', 7] as const,
    ['resources', 'a text', 'arn:aws:s3:::example'] as const,
  ]

  it.each(cases)('makes the record damaged, which names the field: %s is %s', (field, _, value) => {
    expect(reasonOf(changed(field, () => value))).toMatch(new RegExp(`^damaged: ${field.replaceAll('.', '\\.')} is `))
  })

  it('fails its input in a deployed stack, where it becomes a dead letter, and its neighbours go on', async () => {
    const { respond } = await embedded()
    const fine = call('s3:ListBuckets', { id: 'fine' })
    const damaged = { ...call('iam:CreateUser', { id: 'damaged' }), requestParameters: 'clipped {' }
    const { failed, signals } = await respond([fine, damaged])
    expect([...failed]).toEqual([[1, 'damaged: requestParameters is a text that is not JSON']])
    expect(signals.map(({ id }) => id)).toEqual(['fine'])
  })

  it('is not read without a bound', () => {
    const long = JSON.stringify({ userName: 'x'.repeat(1_100_000) })
    expect(reasonOf(changed('requestParameters', () => long))).toBe('damaged: requestParameters is a text of more than 1048576 characters')
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
    expect(reasonOf(changed('requestParameters', () => deep))).toMatch(/nested too deeply|not an object|not JSON/)
    const thrice = JSON.stringify(JSON.stringify(JSON.stringify({})))
    expect(reasonOf(changed('requestParameters', () => thrice))).toBe('damaged: requestParameters is a text in JSON text, not an object')
  })
})

describe('a field in another form', () => {
  it.each(OBJECTS)('says the same as JSON text, once or twice: %s', (field) => {
    const expected = signalOf(whole())
    expect(signalOf(changed(field, (value) => JSON.stringify(value)))).toEqual(expected)
    expect(signalOf(changed(field, (value) => JSON.stringify(JSON.stringify(value))))).toEqual(expected)
  })

  it.each([...OBJECTS, 'resources'])('is absent where it is null, empty, or the JSON text of null: %s', (field) => {
    const expected = signalOf(changed(field, () => undefined))
    for (const absent of [null, '', 'null', '""']) expect(signalOf(changed(field, () => absent))).toEqual(expected)
  })

  it.each(FLAGS)('says the same as text: %s', (field) => {
    for (const value of [true, false]) expect(signalOf(changed(field, () => String(value)))).toEqual(signalOf(changed(field, () => value)))
  })

  it('is an account id where a spreadsheet made a number of it', () => {
    const { account, identity } = signalOf({
      ...whole(),
      recipientAccountId: 12345678901,
      userIdentity: { type: 'IAMUser', userName: 'anna', accountId: 12345678901 },
    })
    expect([account, identity.account]).toEqual(['012345678901', '012345678901'])
  })

  it('is an error code where an export made a number of it', () => {
    expect(signalOf({ ...whole(), errorCode: 403 })).toMatchObject({ errorCode: '403', outcome: 'denied' })
  })
})

describe('what CloudTrail left out', () => {
  const left = { omitted: true, originalSize: 120_001, reason: 'requestParameters too large' }

  it.each([
    ['an object', left],
    ['JSON text', JSON.stringify(left)],
    ['words', { ...left, omitted: 'true' }],
    ['hidden', HIDDEN],
  ])('is said of the request and of the answer, as %s', (_, value) => {
    expect(signalOf(changed('requestParameters', () => value))).toMatchObject({ request: {}, isRequestOmitted: true })
    expect(signalOf(changed('responseElements', () => value))).toMatchObject({ response: {}, isResponseOmitted: true })
  })

  it('is not said where all is there', () => {
    const signal = signalOf(whole())
    expect([signal.isRequestOmitted, signal.isResponseOmitted]).toEqual([undefined, undefined])
  })

  it('keeps what stands beside the mark', () => {
    expect(signalOf(changed('requestParameters', () => ({ ...left, userName: 'backdoor' })))).toMatchObject({
      request: { userName: 'backdoor' },
      isRequestOmitted: true,
    })
  })

  it('may be about the responder, where the call is one by which it can be changed', () => {
    const mark = tamperingMarker({ ...NOT_DEPLOYED, stackName: 'Countersign' })
    const marked = (eventName: string, requestParameters: object) =>
      mark(signalOf({ ...whole(), eventSource: 'events.amazonaws.com', eventName, requestParameters }))
    expect(marked('DisableRule', left)).toMatchObject({ isAgainstResponder: true, deployment: 'unnamed' })
    expect(marked('DisableRule', { name: 'nightly' }).isAgainstResponder).toBe(false)
    expect(marked('CreateConnection', left).isAgainstResponder).toBe(false)
  })

  it('takes no lineage away where the answer or the request says it', () => {
    const user = { arn: `arn:aws:iam::${ACCOUNT}:user/backdoor`, userName: 'backdoor', userId: 'AIDAEXAMPLEEXAMPLEAA' }
    const created = { id: user.arn, kind: 'user', owner: 'backdoor', principalId: user.userId }
    const record = { ...whole(), eventName: 'CreateUser', requestParameters: left, responseElements: { user } }
    expect(signalOf(record).created).toEqual(created)
    expect(
      signalOf({ ...record, eventName: 'CreateLoginProfile', requestParameters: { userName: 'backdoor' }, responseElements: left }).created,
    ).toMatchObject({ kind: 'console', owner: 'backdoor' })
  })
})
