import type { EventPattern } from 'aws-cdk-lib/aws-events'

const API_CALL = 'AWS API Call via CloudTrail'
/** AWS reserves this prefix. An event without it was put by somebody with `events:PutEvents`, and its detail may be invented. */
const BY_AWS = [{ prefix: 'aws.' }] as unknown as string[]
const LONG_LIVED = [{ prefix: 'AKIA' }]
const SESSION = [{ prefix: 'ASIA' }]

/**
 * The event patterns by what they match. They do not overlap, so that each event is delivered and charged once. Each wants a source of AWS, and
 * they divide by `detail.eventSource`.
 */
export function patterns(ownSessionArns: readonly string[]) {
  // The whole session is left out and not the role, because another function that is given the role makes calls of its own.
  const byOthers = { arn: [{ exists: false }, { 'anything-but': [...ownSessionArns] }] }
  return {
    /** AWS Health reports an exposed credential. */
    credentialExposures: {
      source: ['aws.health'],
      detailType: ['AWS Health Event'],
      detail: { service: ['RISK'], eventTypeCode: [{ prefix: 'AWS_RISK_' }] },
    },
    /** Changes of IAM by any caller. A rule in state ENABLED gets no read-only events. */
    credentialChanges: {
      source: BY_AWS,
      detailType: [API_CALL],
      detail: { userIdentity: byOthers, eventSource: ['iam.amazonaws.com'], readOnly: [false] },
    },
    signIns: { source: ['aws.signin'], detailType: ['AWS Console Sign In via CloudTrail'] },
    /** Changes with a long-lived key, other than those of IAM. */
    longLivedKeyCalls: {
      source: BY_AWS,
      detailType: [API_CALL],
      detail: {
        userIdentity: { ...byOthers, accessKeyId: LONG_LIVED },
        eventSource: [{ 'anything-but': ['iam.amazonaws.com'] }],
        readOnly: [false],
      },
    },
    /** GetCallerIdentity, AssumeRole, GetSessionToken and GetFederationToken with a long-lived key: STS calls are read-only. */
    tokenCalls: {
      source: BY_AWS,
      detailType: [API_CALL],
      detail: { userIdentity: { ...byOthers, accessKeyId: LONG_LIVED }, eventSource: ['sts.amazonaws.com'], readOnly: [true] },
    },
    /** AssumeRole by tokens and assertions of identity providers, and by other accounts: the callers have no key of this account. */
    outsideAssumptions: {
      source: BY_AWS,
      detailType: [API_CALL],
      detail: {
        userIdentity: { ...byOthers, type: ['WebIdentityUser', 'SAMLUser', 'AWSAccount'], accessKeyId: [{ exists: false }] },
        eventSource: ['sts.amazonaws.com'],
        readOnly: [true],
      },
    },
    /** All other reads with a long-lived key. */
    readOnlyCalls: {
      source: BY_AWS,
      detailType: [API_CALL],
      detail: {
        userIdentity: { ...byOthers, accessKeyId: LONG_LIVED },
        eventSource: [{ 'anything-but': ['sts.amazonaws.com'] }],
        readOnly: [true],
      },
    },
    /** Calls with a Bedrock API key, which is a bearer token. */
    bearerTokenCalls: {
      source: ['aws.bedrock'],
      detailType: [API_CALL],
      detail: {
        userIdentity: { ...byOthers, accessKeyId: [{ exists: false }, { 'anything-but': { prefix: 'AKIA' } }] },
        additionalEventData: { callWithBearerToken: [true] },
      },
    },
    /** Calls of sessions of users and of root: a GetSessionToken call must not hide what a stolen key does next. */
    userSessionCalls: {
      source: BY_AWS,
      detailType: [API_CALL],
      detail: {
        userIdentity: { ...byOthers, type: ['IAMUser', 'FederatedUser', 'Root'], accessKeyId: SESSION },
        additionalEventData: { callWithBearerToken: [{ exists: false }, false] },
        $or: [{ readOnly: [true] }, { eventSource: [{ 'anything-but': ['iam.amazonaws.com'] }] }],
      },
    },
    /** Calls of sessions, other than changes of IAM. */
    roleSessionCalls: {
      source: BY_AWS,
      detailType: [API_CALL],
      detail: {
        userIdentity: { ...byOthers, accessKeyId: SESSION },
        additionalEventData: { callWithBearerToken: [{ exists: false }, false] },
        $or: [{ readOnly: [true] }, { eventSource: [{ 'anything-but': ['iam.amazonaws.com'] }] }],
      },
    },
  } as const satisfies Record<string, EventPattern>
}
