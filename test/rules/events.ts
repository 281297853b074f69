import { isReadCall, SENSITIVE_ACTIONS } from '../../shared/detect/delivered-calls.ts'
import { CANARY_PATH } from '../../shared/domain/canary.ts'
import { eventSourceOf, TAMPERING } from '../../shared/sense/enrich/tampering-calls.ts'

export const ACCOUNT = '123456789012'

type Json = Readonly<Record<string, unknown>>

/** What decides which rule an event is for. */
export interface Facts {
  readonly detailType: string
  readonly service: string
  readonly operation: string
  readonly isRead: boolean
  readonly type: string
  readonly key: 'AKIA' | 'ASIA' | undefined
  readonly isOwn: boolean
  readonly isBearer: boolean
  readonly isRefused: boolean
  readonly isGuest: boolean
  /** True where a user in the path of canaries calls. */
  readonly isCanary: boolean
  /** True where the request gives a role of the stack to another service. */
  readonly isBorrowing: boolean
}

/** An event as EventBridge delivers it, and what is known of it. */
export interface Sample {
  readonly title: string
  readonly event: Json
  readonly facts: Facts
}

export const API_CALL = 'AWS API Call via CloudTrail'
/** A call of which CloudTrail makes a data event: no detail type of its own. */
export const DATA_EVENT = 'data event'

export const TRUSTED_ADVISOR = 'Trusted Advisor Check Item Refresh Notification'

const USERS = `arn:aws:iam::${ACCOUNT}:user`
const GUEST_ARN = `arn:aws:sts::${ACCOUNT}:assumed-role/app-guests/CognitoIdentityCredentials`

/** Who calls, by each type of `userIdentity` that CloudTrail writes, with each kind of key that it is seen with. */
function callers(
  ownSessionArn: string,
): readonly (Pick<Facts, 'type' | 'key'> & { isOwn?: true; isGuest?: true; isCanary?: true; issuer?: string; more?: Json })[] {
  const role = `arn:aws:iam::${ACCOUNT}:role/deploy`
  return [
    { type: 'IAMUser', key: 'AKIA', more: { userName: 'ci' } },
    { type: 'IAMUser', key: 'AKIA', more: { userName: 'backup', arn: `${USERS}${CANARY_PATH}backup` }, isCanary: true },
    // A path that only begins alike, and a user whose name is that of the path.
    { type: 'IAMUser', key: 'AKIA', more: { userName: 'backup', arn: `${USERS}${CANARY_PATH.slice(0, -1)}-old/backup` } },
    { type: 'IAMUser', key: 'AKIA', more: { userName: 'countersign-canary', arn: `${USERS}/countersign-canary` } },
    { type: 'IAMUser', key: 'ASIA', more: { userName: 'ci' } },
    { type: 'IAMUser', key: undefined, more: { userName: 'ci' } },
    { type: 'Root', key: 'AKIA' },
    { type: 'Root', key: 'ASIA' },
    { type: 'Root', key: undefined },
    { type: 'AssumedRole', key: 'ASIA', issuer: role },
    { type: 'AssumedRole', key: 'ASIA' },
    { type: 'AssumedRole', key: undefined, issuer: role },
    { type: 'AssumedRole', key: 'ASIA', issuer: role, more: { arn: ownSessionArn }, isOwn: true },
    { type: 'AssumedRole', key: 'ASIA', issuer: role, more: { arn: GUEST_ARN }, isGuest: true },
    // The same role in a function of somebody else.
    { type: 'AssumedRole', key: 'ASIA', issuer: role, more: { arn: ownSessionArn.replace(/[^/]+$/, 'theirs') } },
    { type: 'FederatedUser', key: 'ASIA', issuer: `arn:aws:iam::${ACCOUNT}:user/ci` },
    { type: 'SAMLUser', key: undefined },
    { type: 'WebIdentityUser', key: undefined },
    { type: 'IdentityCenterUser', key: undefined },
    { type: 'AWSAccount', key: 'AKIA' },
    { type: 'AWSAccount', key: 'ASIA' },
    { type: 'AWSAccount', key: undefined },
    { type: 'AWSService', key: undefined, more: { invokedBy: 'lambda.amazonaws.com' } },
  ]
}

/** Service, operation as CloudTrail spells it, and whether it only reads. */
const CALLS: readonly (readonly [service: string, operation: string, isRead: boolean])[] = [
  ['iam', 'CreateAccessKey', false],
  ['iam', 'AttachUserPolicy', false],
  ['iam', 'ListUsers', true],
  ['sts', 'GetCallerIdentity', true],
  ['sts', 'AssumeRole', true],
  ['sts', 'GetSessionToken', true],
  ['s3', 'ListBuckets', true],
  ['s3', 'PutBucketPolicy', false],
  ['ec2', 'RunInstances', false],
  ['ec2', 'DescribeInstances', true],
  ['kms', 'Decrypt', true],
  ['monitoring', 'PutMetricAlarm', false],
  ['ses', 'GetSendQuota', true],
  ['lambda', 'ListFunctions20150331', true],
  ['lambda', 'UpdateFunctionCode20150331v2', false],
  ['lambda', 'DeleteFunction20150331', false],
  ['lambda', 'CreateFunction20150331', false],
  ['events', 'DisableRule', false],
  ['sqs', 'DeleteQueue', false],
  ['dynamodb', 'DeleteTable', false],
  ['logs', 'DeleteLogGroup', false],
  ['sns', 'DeleteTopic', false],
  ['cloudformation', 'DeleteStack', false],
  ['cloudtrail', 'StopLogging', false],
  ['bedrock', 'InvokeModel', true],
  ['bedrock', 'PutModelInvocationLoggingConfiguration', false],
  ['health', 'DescribeEvents', true],
]

/** Every call by which the responder is tampered with, as CloudTrail writes it. Those of IAM are in the list above. */
const TAMPERING_CALLS = Object.entries(TAMPERING).flatMap(([service, operations]) =>
  service === 'iam' ? [] : operations.map((operation) => [eventSourceOf(service).replace('.amazonaws.com', ''), operation, false] as const),
)

/** The calls that detectors name, as CloudTrail writes them, by those callers for whom the names decide. */
const SENSITIVE_CALLS = [...SENSITIVE_ACTIONS].map((action) => {
  const [service = '', operation = ''] = action.split(':')
  return [eventSourceOf(service).replace('.amazonaws.com', ''), operation, isReadCall(action)] as const
})

/** Each call as it is, with a bearer token where it may be one of Bedrock, and refused. */
function variantsOf(service: string, key: Facts['key']): readonly Pick<Facts, 'isBearer' | 'isRefused'>[] {
  const usual = { isBearer: false, isRefused: false }
  return [usual, { ...usual, isRefused: true }, ...(service === 'bedrock' && key !== 'AKIA' ? [{ ...usual, isBearer: true }] : [])]
}

/** Changes that give a role of the stack to another service. */
const BORROWING = {
  service: 'ecs',
  operation: 'RegisterTaskDefinition',
  request: { taskRoleArn: `arn:aws:iam::${ACCOUNT}:role/Countersign-Contain-0AB1` },
}

/** Every caller with every call, with a bearer token where the call is one of Bedrock; sign-ins; and events of AWS Health. */
export function samples(ownSessionArn: string): Sample[] {
  const calls = callers(ownSessionArn).flatMap((caller) =>
    [...CALLS, ...TAMPERING_CALLS, ...(caller.key === 'ASIA' ? SENSITIVE_CALLS : [])].flatMap(([service, operation, isRead]) =>
      variantsOf(service, caller.key).map(({ isBearer, isRefused }) => {
        const facts: Facts = {
          detailType: API_CALL,
          service,
          operation,
          isRead,
          isBearer,
          isRefused,
          isBorrowing: false,
          isOwn: caller.isOwn ?? false,
          isGuest: caller.isGuest ?? false,
          isCanary: caller.isCanary ?? false,
          ...caller,
        }
        return sample(facts, {
          eventSource: `${service}.amazonaws.com`,
          eventName: operation,
          eventType: 'AwsApiCall',
          readOnly: isRead,
          userIdentity: identity(caller),
          ...(isRefused ? { errorCode: 'AccessDenied' } : {}),
          ...(isBearer ? { additionalEventData: { callWithBearerToken: true } } : {}),
        })
      }),
    ),
  )
  const borrowing = callers(ownSessionArn).map((caller) => {
    const { service, operation, request } = BORROWING
    const facts: Facts = {
      detailType: API_CALL,
      service,
      operation,
      isRead: false,
      isBearer: false,
      isRefused: false,
      isBorrowing: true,
      isOwn: caller.isOwn ?? false,
      isGuest: caller.isGuest ?? false,
      isCanary: caller.isCanary ?? false,
      ...caller,
    }
    return sample(facts, {
      eventSource: `${service}.amazonaws.com`,
      eventName: operation,
      eventType: 'AwsApiCall',
      readOnly: false,
      userIdentity: identity(caller),
      requestParameters: request,
    })
  })
  const about = {
    operation: 'ConsoleLogin',
    isRead: false,
    isOwn: false,
    isBearer: false,
    isBorrowing: false,
    isRefused: false,
    isGuest: false,
    isCanary: false,
    key: undefined,
  }
  const spellings = ['AWS Console Sign In via CloudTrail', 'AWS Console Signin via CloudTrail']
  const signedIn = spellings.flatMap((detailType) => ['IAMUser', 'Root', 'AssumedRole'].map((type) => ({ detailType, type })))
  const signIns = signedIn.map(({ detailType, type }) =>
    sample(
      { ...about, detailType, service: 'signin', type },
      {
        eventSource: 'signin.amazonaws.com',
        eventName: 'ConsoleLogin',
        eventType: 'AwsConsoleSignIn',
        readOnly: false,
        userIdentity: { type },
      },
    ),
  )
  const health = [
    ['RISK', 'AWS_RISK_CREDENTIALS_EXPOSED'],
    ['EC2', 'AWS_EC2_OPERATIONAL_ISSUE'],
  ].map(([service = '', operation = '']) =>
    sample(
      { ...about, detailType: 'AWS Health Event', service: 'health', type: service, operation },
      { service, eventTypeCode: operation },
    ),
  )
  const services = ['AWS Service Event via CloudTrail', 'AWS Console Action via CloudTrail'].map((detailType) =>
    sample(
      { ...about, detailType, service: 'kms', operation: 'RotateKey', type: 'none' },
      { eventSource: 'kms.amazonaws.com', eventName: 'RotateKey', managementEvent: true, readOnly: false },
    ),
  )
  const written = callers(ownSessionArn).flatMap((caller) => ['PutObject', 'PutObjectAcl'].map((operation) => ({ caller, operation })))
  const data = written.map(({ caller, operation }) =>
    sample(
      { ...about, ...caller, detailType: DATA_EVENT, service: 's3', operation, isOwn: false, isGuest: false },
      {
        eventSource: 's3.amazonaws.com',
        eventName: operation,
        eventType: 'AwsApiCall',
        managementEvent: false,
        readOnly: false,
        userIdentity: identity(caller),
      },
    ),
  )
  const findings = FINDINGS.map(([service, detailType, operation, detail]) =>
    sample({ ...about, detailType, service, type: 'finding', operation }, detail),
  )
  return [...calls, ...borrowing, ...signIns, ...health, ...services, ...data, ...findings]
}

/** What other services of AWS say of a credential, and beside it what they say of other things. */
const FINDINGS: readonly (readonly [service: string, detailType: string, about: 'credential' | 'other', detail: Json])[] = [
  ['trustedadvisor', TRUSTED_ADVISOR, 'credential', { 'check-name': 'Exposed Access Keys', status: 'ERROR' }],
  ['trustedadvisor', TRUSTED_ADVISOR, 'other', { 'check-name': 'Service Limits', status: 'OK' }],
  [
    'guardduty',
    'GuardDuty Finding',
    'credential',
    {
      type: 'UnauthorizedAccess:IAMUser/TorIPCaller',
      arn: 'arn:aws:guardduty:us-east-1:123456789012:detector/1/finding/1',
      service: { serviceName: 'guardduty', archived: false },
    },
  ],
  ['securityhub', 'Security Hub Findings - Imported', 'credential', { findings: [{ Resources: [{ Type: 'AwsIamAccessKey' }] }] }],
  ['securityhub', 'Security Hub Findings - Custom Action', 'credential', { findings: [{ Resources: [{ Type: 'AwsIamRole' }] }] }],
  [
    'securityhub',
    'Security Hub Findings - Imported',
    'other',
    { findings: [{ Resources: [{ Type: 'AwsIamUser' }], Compliance: { Status: 'FAILED' } }] },
  ],
  ['securityhub', 'Security Hub Findings - Imported', 'other', { findings: [{ Resources: [{ Type: 'AwsS3Bucket' }] }] }],
  ['securityhub', 'Findings Imported V2', 'credential', { findings: [{ class_uid: 2004 }] }],
  ['securityhub', 'Findings Imported V2', 'other', { findings: [{ class_uid: 2003 }] }],
  ['macie', 'Macie Finding', 'credential', { type: 'SensitiveData:S3Object/Credentials' }],
  ['macie', 'Macie Finding', 'other', { type: 'Policy:IAMUser/S3BucketPublic' }],
  ['inspector2', 'Inspector2 Finding', 'credential', { type: 'CODE_VULNERABILITY' }],
  ['inspector2', 'Inspector2 Finding', 'other', { type: 'PACKAGE_VULNERABILITY' }],
]

function identity({ type, key, issuer, more = {} }: { type: string; key: string | undefined; issuer?: string; more?: Json }): Json {
  return {
    type,
    accountId: ACCOUNT,
    ...(key === undefined ? {} : { accessKeyId: `${key}IOSFODNN7EXAMPLE` }),
    ...(issuer === undefined ? {} : { sessionContext: { sessionIssuer: { arn: issuer } } }),
    ...more,
  }
}

function sample(facts: Facts, detail: Json): Sample {
  const { type, key, service, operation, isOwn, isBearer, isRefused, isGuest, isCanary } = facts
  const caller = isOwn ? 'the responder' : isGuest ? 'a guest' : isCanary ? 'a canary' : type
  return {
    title: `${service}:${operation} by ${caller}${isRefused ? ', refused,' : ''} with ${isBearer ? 'a bearer token, ' : ''}${key ?? 'no key'}`,
    facts,
    event: {
      version: '0',
      id: '6f87d04b-9f74-4f04-a780-7acf4b0a9b38',
      'detail-type': facts.detailType === DATA_EVENT ? API_CALL : facts.detailType,
      source: `aws.${service}`,
      account: ACCOUNT,
      time: '2026-03-02T12:00:00Z',
      region: 'us-east-1',
      resources: [],
      detail,
    },
  }
}
