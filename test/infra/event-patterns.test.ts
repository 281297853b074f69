import { describe, expect, it } from 'vitest'
import { patterns } from '../../infra/event-patterns.ts'

const OWN = 'arn:aws:iam::123456789012:role/contain'

type Json = Readonly<Record<string, unknown>>

/** EventBridge's matching, for the operators that these patterns use: exact, prefix, exists, anything-but and $or. */
function matches(pattern: Json, event: Json): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    if (key === '$or') return (wanted as Json[]).some((one) => matches(one, event))
    const value = event[key]
    if (!Array.isArray(wanted)) return matches(wanted as Json, (typeof value === 'object' && value !== null ? value : {}) as Json)
    return wanted.some((condition) => fits(condition, value))
  })
}

function fits(condition: unknown, value: unknown): boolean {
  if (typeof condition !== 'object' || condition === null) return value === condition
  const { prefix, exists, ...rest } = condition as { prefix?: string; exists?: boolean; 'anything-but'?: unknown }
  if (exists !== undefined) return (value !== undefined) === exists
  if (value === undefined) return false
  if (prefix !== undefined) return typeof value === 'string' && value.startsWith(prefix)
  const but = rest['anything-but']
  if (Array.isArray(but)) return !but.includes(value)
  return !fits(but, value)
}

/** The names of the patterns that an event matches. The CDK's `detailType` is EventBridge's `detail-type`. */
function caughtBy(event: Json): string[] {
  const renamed = { ...event, detailType: event['detail-type'] }
  return Object.entries(patterns([OWN]))
    .filter(([, pattern]) => matches(pattern, renamed))
    .map(([name]) => name)
}

function call(source: string, detail: Json, keyId?: string, issuer?: string): Json {
  const sessionContext = issuer === undefined ? {} : { sessionContext: { sessionIssuer: { arn: issuer } } }
  const userIdentity = { ...(keyId === undefined ? {} : { accessKeyId: keyId }), ...sessionContext }
  return {
    source,
    'detail-type': 'AWS API Call via CloudTrail',
    detail: { eventSource: source.replace('aws.', '').concat('.amazonaws.com'), userIdentity, ...detail },
  }
}

const KEY = 'AKIAIOSFODNN7EXAMPLE'
const SESSION = 'ASIAIOSFODNN7EXAMPLE'

describe('event patterns', () => {
  it.each([
    ['an IAM change by a key', call('aws.iam', { readOnly: false }, KEY), ['credentialChanges']],
    [
      'an IAM change by a session',
      call('aws.iam', { readOnly: false }, SESSION, 'arn:aws:iam::123456789012:role/admin'),
      ['credentialChanges'],
    ],
    [
      'a change of a rule by a session',
      call('aws.events', { readOnly: false, eventName: 'DisableRule' }, SESSION, 'arn:aws:iam::123456789012:role/admin'),
      ['tampering', 'roleSessionCalls'],
    ],
    [
      'a function that the responder changes itself',
      call('aws.lambda', { readOnly: false, eventName: 'DeleteFunction20150331' }, SESSION, OWN),
      [],
    ],
    [
      'a read by the session of a user, after GetSessionToken',
      call('aws.s3', { readOnly: true, userIdentity: { type: 'IAMUser', accessKeyId: SESSION } }),
      ['userSessionCalls', 'roleSessionCalls'],
    ],
    ['a change by a key', call('aws.ec2', { readOnly: false }, KEY), ['longLivedKeyCalls']],
    ['a read by a key', call('aws.s3', { readOnly: true }, KEY), ['readOnlyCalls']],
    ['an IAM read by a key', call('aws.iam', { readOnly: true }, KEY), ['readOnlyCalls']],
    ['GetCallerIdentity by a key', call('aws.sts', { readOnly: true }, KEY), ['tokenCalls']],
    ['a read by a role session', call('aws.s3', { readOnly: true }, SESSION, 'arn:aws:iam::123456789012:role/job'), ['roleSessionCalls']],
    [
      'a model call with a bearer token',
      call('aws.bedrock', { readOnly: true, additionalEventData: { callWithBearerToken: true } }),
      ['bearerTokenCalls'],
    ],
    [
      'a model call with a bearer token of a session',
      call('aws.bedrock', { readOnly: true, additionalEventData: { callWithBearerToken: true } }, SESSION),
      ['bearerTokenCalls'],
    ],
    ['a sign-in', { source: 'aws.signin', 'detail-type': 'AWS Console Sign In via CloudTrail', detail: {} }, ['signIns']],
    [
      'a credential exposure',
      {
        source: 'aws.health',
        'detail-type': 'AWS Health Event',
        detail: { service: 'RISK', eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED' },
      },
      ['credentialExposures'],
    ],
    [
      'another Health event',
      { source: 'aws.health', 'detail-type': 'AWS Health Event', detail: { service: 'EC2', eventTypeCode: 'AWS_EC2_X' } },
      [],
    ],
    ["the responder's own change of IAM", call('aws.iam', { readOnly: false }, SESSION, OWN), []],
    ["the responder's own read", call('aws.dynamodb', { readOnly: true }, SESSION, OWN), []],
    ['a call by a service', call('aws.kms', { readOnly: true }), []],
  ])('catches %s once, by the right rule', (_, event, expected) => {
    expect(caughtBy(event)).toEqual(expected)
  })

  it('no pattern matches what AWS did not put on the bus: the same events under a source that AWS does not reserve', () => {
    const session = { userIdentity: { type: 'IAMUser', accessKeyId: SESSION } }
    const all = [
      call('aws.iam', { readOnly: false }, KEY),
      call('aws.ec2', { readOnly: false }, KEY),
      call('aws.s3', { readOnly: true }, KEY),
      call('aws.sts', { readOnly: true }, KEY),
      call('aws.s3', { readOnly: true, ...session }),
      call('aws.events', { readOnly: false, eventName: 'DisableRule' }, SESSION, 'arn:aws:iam::123456789012:role/admin'),
      call('aws.bedrock', { readOnly: true, additionalEventData: { callWithBearerToken: true } }),
    ]
    for (const event of all) {
      expect(caughtBy(event)).not.toEqual([])
      for (const source of ['com.example.app', 'aws', 'my.aws.iam', '']) expect(caughtBy({ ...event, source })).toEqual([])
    }
  })

  it('is short enough for EventBridge: 2,048 characters, with the longest role names', () => {
    const arn = `arn:aws:iam::123456789012:role/${'x'.repeat(64)}`
    for (const [name, pattern] of Object.entries(patterns([arn, arn, arn]))) expect(JSON.stringify(pattern).length, name).toBeLessThan(2048)
  })
})
