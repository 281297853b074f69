import { describe, expect, it } from 'vitest'
import { restrictionDocument } from '../../shared/contain/restriction-document.ts'
import { DENY_ALL, revocation } from '../../shared/contain/steps/quarantine.ts'
import { isRefusedBy } from '../../shared/decide/reach/refused-by.ts'
import type { Signal } from '../../shared/domain/signal.ts'
import { enricher } from '../../shared/sense/enrich/enrich.ts'
import { NOT_DEPLOYED } from '../../shared/sense/enrich/tampering.ts'
import { normalise } from '../../shared/sense/normalise.ts'

const enrich = enricher({ geoIp: { locate: () => ({ country: 'US', network: undefined }) }, own: NOT_DEPLOYED })({ blocklist: [] })

/** A call of a session of role deploy, from the usual address. */
function call(eventName: string, parts: object = {}): Signal {
  const normalised = normalise({
    eventID: 'e-1',
    eventTime: '2026-01-31T12:00:00Z',
    eventSource: 's3.amazonaws.com',
    eventName,
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.77',
    userIdentity: {
      type: 'AssumedRole',
      principalId: 'AROAIOSFODNN7EXAMPLE1:deploy-1',
      arn: 'arn:aws:sts::123456789012:assumed-role/deploy/deploy-1',
      accountId: '123456789012',
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    },
    ...parts,
  })
  if (normalised.kind !== 'signals') throw new Error('unreadable')
  return enrich(normalised.signals[0] as Signal)
}

const restriction = {
  services: ['s3', 'kms', 'lambda'],
  actions: ['lambda:CreateFunction', 'iam:PassRole'],
  addresses: ['192.0.2.0/24'],
  endpoints: ['vpce-0123456789abcdef0'],
  sessions: ['deploy-1'],
  isCovered: true,
  isFenced: true,
}
const document = restrictionDocument(restriction, { room: 10_240, subject: { kind: 'role', name: 'deploy' } })?.document

const IAM = { eventSource: 'iam.amazonaws.com' }
const LAMBDA = { eventSource: 'lambda.amazonaws.com' }
const OTHER_SESSION = {
  userIdentity: {
    type: 'AssumedRole',
    principalId: 'AROAIOSFODNN7EXAMPLE1:deploy-2',
    arn: 'arn:aws:sts::123456789012:assumed-role/deploy/deploy-2',
    accountId: '123456789012',
    accessKeyId: 'ASIAIOSFODNN7EXAMPL2',
  },
}

describe('a call of CloudTrail', () => {
  it.each([
    ['is a usual call from its place', 'ListObjects', {}, false],
    ['is of a service that was never used', 'ListUsers', IAM, true],
    ['has a name of its own, by the action that it needs', 'PutBucketLifecycle', {}, true],
    ['is of the habit under a versioned name', 'CreateFunction20150331', LAMBDA, false],
    ['comes from another address', 'ListObjects', { sourceIPAddress: '198.51.100.7' }, true],
    ['comes through the usual endpoint', 'ListObjects', { sourceIPAddress: '10.0.0.9', vpcEndpointId: 'vpce-0123456789abcdef0' }, false],
    ['comes through another endpoint', 'ListObjects', { sourceIPAddress: '10.0.0.9', vpcEndpointId: 'vpce-0fedcba9876543210' }, true],
    ['comes through an endpoint that is not named, so that it cannot be known', 'ListObjects', { sourceIPAddress: '10.0.0.9' }, false],
    ['is made by a service for the identity', 'ListObjects', { sourceIPAddress: 'athena.amazonaws.com' }, false],
    ['is made by another session', 'ListUsers', { ...IAM, ...OTHER_SESSION }, false],
    ['changes the inline policies of its own role', 'DeleteRolePolicy', { ...IAM, requestParameters: { roleName: 'deploy' } }, true],
    [
      'asks who it is, which no policy refuses',
      'GetCallerIdentity',
      { eventSource: 'sts.amazonaws.com', sourceIPAddress: '198.51.100.7' },
      false,
    ],
    ['is of a service that IAM does not know', 'Anything', { eventSource: 'nothing-of-aws.amazonaws.com' }, false],
  ])('that %s: %s', (_, name, parts, isRefused) => {
    expect(isRefusedBy(document, call(name, parts))).toBe(isRefused)
  })

  it('is refused by a quarantine, and not by a revocation of sessions whose time it does not show', () => {
    expect(isRefusedBy(DENY_ALL, call('ListObjects'))).toBe(true)
    expect(isRefusedBy(revocation({ issuedBefore: Date.UTC(2026, 1, 1), names: ['deploy-1'] }), call('ListObjects'))).toBe(false)
  })
})
