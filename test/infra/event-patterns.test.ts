import { describe, expect, it } from 'vitest'
import { patterns } from '../../infra/event-patterns.ts'
import { rolesBorrowedPattern, tamperingPatterns } from '../../infra/tampering-patterns.ts'
import { eventSourceOf, TAMPERING } from '../../shared/sense/enrich/tampering-calls.ts'
import { matches } from './event-bridge.ts'

const OWN = 'arn:aws:sts::123456789012:assumed-role/Countersign-ContainRole/Countersign-contain'
/** A function of an intruder that was given the role of contain. */
const BORROWED = 'arn:aws:sts::123456789012:assumed-role/Countersign-ContainRole/helper'

type Json = Readonly<Record<string, unknown>>

/** The names of the patterns that an event matches. The CDK's `detailType` is EventBridge's `detail-type`. */
function caughtBy(event: Json): string[] {
  const renamed = { ...event, detailType: event['detail-type'] }
  const tampering = tamperingPatterns().map((pattern) => ['tampering', pattern] as const)
  const all = [...Object.entries(patterns([OWN])), ...tampering, ['rolesBorrowed', rolesBorrowedPattern('Countersign')] as const]
  return all.filter(([, pattern]) => matches(pattern as Json, renamed)).map(([name]) => name)
}

function call(source: string, detail: Json, keyId?: string, arn?: string): Json {
  const userIdentity = { ...(keyId === undefined ? {} : { accessKeyId: keyId }), ...(arn === undefined ? {} : { arn }) }
  return {
    source,
    'detail-type': 'AWS API Call via CloudTrail',
    detail: { eventSource: source.replace('aws.', '').concat('.amazonaws.com'), userIdentity, ...detail },
  }
}

const ADMIN = 'arn:aws:sts::123456789012:assumed-role/admin/x'
const KEY = 'AKIAIOSFODNN7EXAMPLE'
const SESSION = 'ASIAIOSFODNN7EXAMPLE'

describe('event patterns', () => {
  it.each([
    ['an IAM change by a key', call('aws.iam', { readOnly: false }, KEY), ['credentialChanges']],
    ['an IAM change by a session', call('aws.iam', { readOnly: false }, SESSION, ADMIN), ['credentialChanges']],
    [
      'a change of a rule by a session',
      call('aws.events', { readOnly: false, eventName: 'DisableRule' }, SESSION, ADMIN),
      ['roleSessionCalls', 'tampering'],
    ],
    [
      'a change of IAM by the role of the responder in the function of somebody else',
      call('aws.iam', { readOnly: false }, SESSION, BORROWED),
      ['credentialChanges'],
    ],
    [
      'a task that is given a role of the responder',
      call(
        'aws.ecs',
        { readOnly: false, requestParameters: { taskRoleArn: 'arn:aws:iam::123456789012:role/Countersign-ContainRole' } },
        SESSION,
        ADMIN,
      ),
      ['roleSessionCalls', 'rolesBorrowed'],
    ],
    [
      'a task that is given another role',
      call(
        'aws.ecs',
        { readOnly: false, requestParameters: { taskRoleArn: 'arn:aws:iam::123456789012:role/Web-TaskRole' } },
        SESSION,
        ADMIN,
      ),
      ['roleSessionCalls'],
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
    [
      'a read by a role session',
      call('aws.s3', { readOnly: true }, SESSION, 'arn:aws:sts::123456789012:assumed-role/job/x'),
      ['roleSessionCalls'],
    ],
    [
      'a role assumed with the token of an identity provider',
      call('aws.sts', { readOnly: true, userIdentity: { type: 'WebIdentityUser' } }),
      ['outsideAssumptions'],
    ],
    [
      'a role assumed by another account',
      call('aws.sts', { readOnly: true, userIdentity: { type: 'AWSAccount' } }),
      ['outsideAssumptions'],
    ],
    ['a role assumed by a service', call('aws.sts', { readOnly: true, userIdentity: { type: 'AWSService' } }), []],
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
    [
      'the quarantine by AWS as an AWS service, which has neither key nor ARN',
      call('aws.iam', { readOnly: false, eventName: 'AttachUserPolicy', userIdentity: { type: 'AWSService', invokedBy: 'AWS Internal' } }),
      ['credentialChanges'],
    ],
    [
      'the quarantine by AWS as the user itself, from AWS, that was refused',
      call(
        'aws.iam',
        {
          readOnly: false,
          eventName: 'AttachUserPolicy',
          sourceIPAddress: 'AWS Internal',
          errorCode: 'AccessDenied',
          requestParameters: null,
        },
        KEY,
        'arn:aws:iam::123456789012:user/ci-build',
      ),
      ['credentialChanges'],
    ],
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

  it('deliver every call of the list of tampering by a session of a role, and of those services no other', () => {
    const delivered = (service: string, eventName: string) =>
      caughtBy(call('aws.any', { readOnly: false, eventSource: eventSourceOf(service), eventName }, SESSION, ADMIN)).includes('tampering')
    const listed = Object.entries(TAMPERING).flatMap(([service, names]) => names.map((name) => ({ service, name })))
    expect(listed.length).toBeGreaterThan(80)
    // Calls of IAM come by another rule. Lambda writes the date of its API behind its names.
    const written = ({ service, name }: (typeof listed)[number]) => (service === 'lambda' ? `${name}20150331v2` : name)
    expect(listed.filter((one) => one.service !== 'iam' && !delivered(one.service, written(one)))).toEqual([])
    const names = [...new Set(listed.map(({ name }) => name))]
    const others = Object.entries(TAMPERING).flatMap(([service, own]) =>
      names.filter((name) => !own.includes(name)).map((name) => ({ service, name })),
    )
    const extra = others.filter(({ service, name }) => delivered(service, name))
    // `CreateFunction` begins `CreateFunctionUrlConfig` too, and so on: Lambda's names are matched by how they begin.
    expect(extra.filter(({ service }) => service !== 'lambda')).toEqual([])
    expect(tamperingPatterns().flatMap((pattern) => pattern.source)).not.toContainEqual(expect.stringMatching(/./))
  })

  it('are short enough for EventBridge: 2,048 characters, with nine functions and the longest names of roles that CloudFormation gives', () => {
    const arn = `arn:aws:sts::123456789012:assumed-role/${'x'.repeat(64)}/Countersign-contain`
    const all = { ...patterns(Array(9).fill(arn)), ...tamperingPatterns(), borrowed: rolesBorrowedPattern('Countersign') }
    for (const [name, pattern] of Object.entries(all)) expect(JSON.stringify(pattern).length, name).toBeLessThan(2048)
    // It refuses an $or of one member.
    const alternatives = tamperingPatterns().flatMap(({ detail }) => (detail?.$or === undefined ? [] : [detail.$or.length]))
    expect(alternatives.length).toBeGreaterThan(1)
    expect(alternatives.filter((count) => count < 2)).toEqual([])
  })
})
