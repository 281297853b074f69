import type { EventPattern } from 'aws-cdk-lib/aws-events'
import type { DeliveryRule } from '../shared/detect/delivery-rules.ts'
import { IN_CANARY_PATH } from '../shared/domain/canary.ts'
import {
  ALL_SESSIONS,
  API_CALL,
  AWS_SERVICES,
  BY_AWS,
  DATA_EVENT,
  GUEST_SESSIONS,
  MANAGEMENT_EVENT,
  NOT_AKIA,
  NOT_BEARER,
  NOT_REFUSED,
  OTHER_SESSIONS,
  OTHERS,
  REFUSED,
  USERS,
} from './pattern-parts.ts'
import { sensitivePatterns } from './sensitive-patterns.ts'
import { rolesBorrowedPattern, tamperingPatterns } from './tampering-patterns.ts'

export interface PatternProps {
  /** Sessions of the responder's own functions, whose calls are left out. */
  readonly ownSessionArns: readonly string[]
  readonly stackName: string
  /** The account whose own keys are no outside keys; none where a forwarder has left those out. */
  readonly account: string | undefined
  readonly includeRoleSessions: boolean
  /** Calls that rules of people name; none where there are no rules. */
  readonly ruleActions?: readonly string[]
}

/** Everything but a change of IAM. */
const NO_CREDENTIAL_CHANGE = [{ readOnly: [true] }, { eventSource: [{ 'anything-but': ['iam.amazonaws.com'] }] }]
/** A change is what is not said to be a read. */
const CHANGES = [{ exists: false }, false]

/**
 * The event patterns by rule. Those of one stack do not overlap, so that each event is delivered and charged once. Each wants a source of AWS; API calls
 * divide by whether they change IAM, then by the credential, and those of sessions of roles by whose sessions they are, by refusal and by name.
 */
export function patternsOf({
  ownSessionArns,
  stackName,
  account,
  includeRoleSessions,
  ruleActions = [],
}: PatternProps): Record<DeliveryRule, EventPattern[]> {
  // The whole session is left out and not the role, because another function that is given the role makes calls of its own.
  const byOthers = ownSessionArns.length === 0 ? {} : { arn: [{ exists: false }, { 'anything-but': [...ownSessionArns] }] }
  // EventBridge takes no empty object.
  const others = ownSessionArns.length === 0 ? {} : { userIdentity: byOthers }
  const withKey = { ...byOthers, accessKeyId: [{ prefix: 'AKIA' }] }
  const calls = (detail: object): EventPattern => ({
    source: BY_AWS,
    detailType: [API_CALL],
    detail: { managementEvent: MANAGEMENT_EVENT, ...detail },
  })
  // Where all sessions are delivered, only services of AWS are left.
  const tamperers = includeRoleSessions ? AWS_SERVICES : { $or: [OTHER_SESSIONS, AWS_SERVICES] }
  return {
    CredentialExposures: [
      {
        source: ['aws.health', 'aws.trustedadvisor'],
        detailType: ['AWS Health Event', 'Trusted Advisor Check Item Refresh Notification'],
        detail: {
          $or: [{ service: ['RISK'], eventTypeCode: [{ prefix: 'AWS_RISK_' }] }, { 'check-name': ['Exposed Access Keys'] }],
        },
      },
    ],
    Findings: [FINDINGS],
    CredentialChanges: [calls({ ...others, eventSource: ['iam.amazonaws.com'], readOnly: CHANGES })],
    // The guides of EventBridge and of CloudTrail spell the type in two ways.
    SignIns: [{ source: ['aws.signin'], detailType: ['AWS Console Sign In via CloudTrail', 'AWS Console Signin via CloudTrail'] }],
    ServiceEvents: [
      {
        source: BY_AWS,
        detailType: ['AWS Service Event via CloudTrail', 'AWS Console Action via CloudTrail'],
        detail: { managementEvent: MANAGEMENT_EVENT },
      },
    ],
    LongLivedKeyCalls: [calls({ userIdentity: withKey, eventSource: [{ 'anything-but': ['iam.amazonaws.com'] }], readOnly: CHANGES })],
    // GetCallerIdentity, AssumeRole, GetSessionToken and GetFederationToken are read-only calls.
    TokenCalls: [calls({ userIdentity: withKey, eventSource: ['sts.amazonaws.com'], readOnly: [true] })],
    ReadOnlyCalls: [calls({ userIdentity: withKey, eventSource: [{ 'anything-but': ['sts.amazonaws.com'] }], readOnly: [true] })],
    // Of a stack without the two above: every use of a canary counts.
    CanaryReads: [calls({ userIdentity: { accessKeyId: [{ prefix: 'AKIA' }], arn: [{ wildcard: IN_CANARY_PATH }] }, readOnly: [true] })],
    BearerTokenCalls: [
      calls({
        userIdentity: { ...byOthers, accessKeyId: NOT_AKIA },
        additionalEventData: { callWithBearerToken: [true] },
        $or: NO_CREDENTIAL_CHANGE,
      }),
    ],
    // A GetSessionToken call must not hide what a stolen key does next.
    UserSessionCalls: [
      calls({
        userIdentity: { ...byOthers, type: USERS, accessKeyId: NOT_AKIA },
        additionalEventData: NOT_BEARER,
        $or: NO_CREDENTIAL_CHANGE,
      }),
    ],
    KeylessCalls: [
      calls({
        // Whatever does not begin as a key id does, such as an empty one.
        userIdentity: { type: OTHERS, accessKeyId: [{ exists: false }, { 'anything-but': { prefix: 'A' } }] },
        additionalEventData: NOT_BEARER,
        $or: NO_CREDENTIAL_CHANGE,
      }),
    ],
    GuestCalls: [
      calls({ userIdentity: GUEST_SESSIONS, additionalEventData: NOT_BEARER, errorCode: NOT_REFUSED, $or: NO_CREDENTIAL_CHANGE }),
    ],
    RefusedCalls: [
      // Without those of the responder: what refuses its reads would else be read again and again.
      calls({
        userIdentity: { ...ALL_SESSIONS, ...byOthers },
        additionalEventData: NOT_BEARER,
        errorCode: REFUSED,
        $or: NO_CREDENTIAL_CHANGE,
      }),
    ],
    SensitiveCalls: sensitivePatterns(ruleActions).map((named) =>
      calls({ userIdentity: OTHER_SESSIONS, additionalEventData: NOT_BEARER, errorCode: NOT_REFUSED, ...named }),
    ),
    Tampering: tamperingPatterns().map((named) =>
      calls({ userIdentity: tamperers, additionalEventData: NOT_BEARER, readOnly: CHANGES, errorCode: NOT_REFUSED, ...named }),
    ),
    RolesBorrowed: [
      calls({
        userIdentity: tamperers,
        additionalEventData: NOT_BEARER,
        readOnly: CHANGES,
        errorCode: NOT_REFUSED,
        ...rolesBorrowedPattern(stackName),
      }),
    ],
    RoleSessionCalls: [
      calls({
        userIdentity: { ...byOthers, type: [{ exists: false }, { 'anything-but': ['AWSService'] }], accessKeyId: NOT_AKIA },
        additionalEventData: NOT_BEARER,
        $or: NO_CREDENTIAL_CHANGE,
      }),
    ],
    ObjectWrites: [{ source: BY_AWS, detailType: [API_CALL], detail: { managementEvent: DATA_EVENT, ...objectWrites(account) } }],
  }
}

/**
 * Findings that may be about a credential: of GuardDuty all, of Security Hub those that name one and are not about configuration, which has a `Compliance`, of Macie and
 * Inspector those about credentials in data. A custom action is what a person of Security Hub sends on.
 */
const FINDINGS: EventPattern = {
  source: ['aws.guardduty', 'aws.securityhub', 'aws.macie', 'aws.inspector2'],
  detailType: [
    'GuardDuty Finding',
    'Security Hub Findings - Imported',
    'Security Hub Findings - Custom Action',
    'Findings Imported V2',
    'Macie Finding',
    'Inspector2 Finding',
  ],
  detail: {
    $or: [
      // Each finding of GuardDuty has both, and none of Macie and Inspector has either.
      { arn: [{ exists: true }] },
      { service: { serviceName: ['guardduty'] } },
      {
        findings: {
          Resources: { Type: ['AwsIamAccessKey', 'AwsIamUser', 'AwsIamRole', 'AwsEc2Instance'] },
          Compliance: { Status: [{ exists: false }] },
        },
      },
      { findings: { class_uid: [2004] } },
      { type: [{ prefix: 'SensitiveData:S3Object/' }, 'CODE_VULNERABILITY'] },
    ],
  },
}

/** Words in the names of ransom notes. The detector reads more: EventBridge refuses a pattern in which many wildcards can match at once. */
const NOTES = ['ransom', 'RANSOM', 'decrypt', 'DECRYPT'].map((word) => ({
  wildcard: `*${word}*`,
}))

/** Of the data events of S3 those few that a detector can tell from a job's: what a trail logs beside them is not delivered. */
function objectWrites(account: string | undefined): object {
  const outsideKey = account === undefined ? { exists: true } : { 'anything-but': { wildcard: `*:${account}:*` } }
  const written = (requestParameters: object) => ({ eventName: ['PutObject', 'CopyObject'], requestParameters })
  return {
    eventSource: ['s3.amazonaws.com'],
    $or: [
      { eventName: ['PutObjectAcl'] },
      written({ 'x-amz-server-side-encryption-customer-algorithm': [{ exists: true }] }),
      // A key of another account is named by its ARN.
      written({ 'x-amz-server-side-encryption-aws-kms-key-id': [outsideKey] }),
      written({ key: NOTES }),
    ],
  }
}
