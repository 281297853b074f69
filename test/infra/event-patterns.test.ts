import { describe, expect, it } from 'vitest'
import { patternsOf } from '../../infra/event-patterns.ts'
import { rulesOf } from '../../shared/detect/delivery-rules.ts'
import { eventSourceOf, TAMPERING } from '../../shared/sense/enrich/tampering-calls.ts'
import { matches } from './event-bridge.ts'

const OWN = 'arn:aws:sts::123456789012:assumed-role/Countersign-ContainRole/Countersign-contain'
/** A function of an intruder that was given the role of contain. */
const BORROWED = 'arn:aws:sts::123456789012:assumed-role/Countersign-ContainRole/helper'

type Json = Readonly<Record<string, unknown>>

/** The rules that deliver an event, of a stack with the usual settings or with all sessions. The CDK's `detailType` is EventBridge's `detail-type`. */
function caughtBy(event: Json, includeRoleSessions = false): string[] {
  const renamed = { ...event, detailType: event['detail-type'] }
  const patterns = patternsOf({ ownSessionArns: [OWN], stackName: 'Countersign', account: '123456789012', includeRoleSessions })
  return rulesOf({ readOnlyEvents: true, includeRoleSessions }).filter((rule) =>
    patterns[rule].some((pattern) => matches(pattern as Json, renamed)),
  )
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
    ['an IAM change by a key', call('aws.iam', { readOnly: false }, KEY), ['CredentialChanges']],
    ['an IAM change by a session', call('aws.iam', { readOnly: false }, SESSION, ADMIN), ['CredentialChanges']],
    ['a change of a rule by a session', call('aws.events', { readOnly: false, eventName: 'DisableRule' }, SESSION, ADMIN), ['Tampering']],
    [
      'a change of IAM by the role of the responder in the function of somebody else',
      call('aws.iam', { readOnly: false }, SESSION, BORROWED),
      ['CredentialChanges'],
    ],
    [
      'a task that is given a role of the responder',
      call(
        'aws.ecs',
        {
          readOnly: false,
          eventName: 'RegisterTaskDefinition',
          requestParameters: { taskRoleArn: 'arn:aws:iam::123456789012:role/Countersign-ContainRole' },
        },
        SESSION,
        ADMIN,
      ),
      ['RolesBorrowed'],
    ],
    [
      'a task that is given another role',
      call(
        'aws.ecs',
        {
          readOnly: false,
          eventName: 'RegisterTaskDefinition',
          requestParameters: { taskRoleArn: 'arn:aws:iam::123456789012:role/Web-TaskRole' },
        },
        SESSION,
        ADMIN,
      ),
      [],
    ],
    [
      'a read by the session of a user, after GetSessionToken',
      call('aws.s3', { readOnly: true, userIdentity: { type: 'IAMUser', accessKeyId: SESSION } }),
      ['UserSessionCalls'],
    ],
    ['a change by a key', call('aws.ec2', { readOnly: false }, KEY), ['LongLivedKeyCalls']],
    ['a read by a key', call('aws.s3', { readOnly: true }, KEY), ['ReadOnlyCalls']],
    ['an IAM read by a key', call('aws.iam', { readOnly: true }, KEY), ['ReadOnlyCalls']],
    ['GetCallerIdentity by a key', call('aws.sts', { readOnly: true }, KEY), ['TokenCalls']],
    ['a read by a role session', call('aws.s3', { readOnly: true }, SESSION, 'arn:aws:sts::123456789012:assumed-role/job/x'), []],
    [
      'a role assumed with the token of an identity provider',
      call('aws.sts', { readOnly: true, userIdentity: { type: 'WebIdentityUser' } }),
      ['KeylessCalls'],
    ],
    ['a role assumed by another account', call('aws.sts', { readOnly: true, userIdentity: { type: 'AWSAccount' } }), ['KeylessCalls']],
    ['a role assumed by a service', call('aws.sts', { readOnly: true, userIdentity: { type: 'AWSService' } }), []],
    [
      'a model call with a bearer token',
      call('aws.bedrock', { readOnly: true, additionalEventData: { callWithBearerToken: true } }),
      ['BearerTokenCalls'],
    ],
    [
      'a model call with a bearer token of a session',
      call('aws.bedrock', { readOnly: true, additionalEventData: { callWithBearerToken: true } }, SESSION),
      ['BearerTokenCalls'],
    ],
    ['a sign-in', { source: 'aws.signin', 'detail-type': 'AWS Console Sign In via CloudTrail', detail: {} }, ['SignIns']],
    [
      'a credential exposure',
      {
        source: 'aws.health',
        'detail-type': 'AWS Health Event',
        detail: { service: 'RISK', eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED' },
      },
      ['CredentialExposures'],
    ],
    [
      'another Health event',
      { source: 'aws.health', 'detail-type': 'AWS Health Event', detail: { service: 'EC2', eventTypeCode: 'AWS_EC2_X' } },
      [],
    ],
    ["the responder's own change of IAM", call('aws.iam', { readOnly: false }, SESSION, OWN), []],
    ["the responder's own read", call('aws.dynamodb', { readOnly: true }, SESSION, OWN), []],
    ['a call by a service', call('aws.kms', { readOnly: true, userIdentity: { type: 'AWSService' } }), []],
    [
      'the quarantine by AWS as an AWS service, which has neither key nor ARN',
      call('aws.iam', { readOnly: false, eventName: 'AttachUserPolicy', userIdentity: { type: 'AWSService', invokedBy: 'AWS Internal' } }),
      ['CredentialChanges'],
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
      ['CredentialChanges'],
    ],
  ])('catches %s once, by the right rule', (_, event, expected) => {
    expect(caughtBy(event)).toEqual(expected)
  })

  it('catches all calls of sessions once where those are asked for', () => {
    const caught = (detail: Json, keyId?: string) => caughtBy(call('aws.events', detail, keyId, ADMIN), true)
    expect(caught({ readOnly: true }, SESSION)).toEqual(['RoleSessionCalls'])
    expect(caught({ readOnly: false, eventName: 'DisableRule' }, SESSION)).toEqual(['RoleSessionCalls'])
    expect(caught({ readOnly: false, eventName: 'DisableRule', errorCode: 'AccessDenied' }, SESSION)).toEqual(['RoleSessionCalls'])
    expect(caught({ readOnly: true })).toEqual(['RoleSessionCalls'])
    expect(caught({ readOnly: false, eventName: 'DisableRule', userIdentity: { type: 'AWSService' } })).toEqual(['Tampering'])
    expect(caught({ readOnly: true }, KEY)).toEqual(['ReadOnlyCalls'])
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
      caughtBy(call('aws.any', { readOnly: false, eventSource: eventSourceOf(service), eventName }, SESSION, ADMIN)).includes('Tampering')
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
  })
})
