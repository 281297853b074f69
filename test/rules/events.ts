import { eventSourceOf, TAMPERING } from '../../shared/sense/enrich/tampering-calls.ts'

export const ACCOUNT = '123456789012'

type Json = Readonly<Record<string, unknown>>

/** What decides which rule an event is for. */
interface Facts {
  readonly detailType: string
  readonly service: string
  readonly operation: string
  readonly isRead: boolean
  readonly type: string
  readonly key: 'AKIA' | 'ASIA' | undefined
  readonly isOwn: boolean
  readonly isBearer: boolean
  /** True where the request gives a role of the stack to another service. */
  readonly isBorrowing: boolean
}

/** An event as EventBridge delivers it, and what is known of it. */
export interface Sample {
  readonly title: string
  readonly event: Json
  readonly facts: Facts
}

const API_CALL = 'AWS API Call via CloudTrail'

/** Who calls, by each type of `userIdentity` that CloudTrail writes, with each kind of key that it is seen with. */
function callers(ownSessionArn: string): readonly (Pick<Facts, 'type' | 'key'> & { isOwn?: true; issuer?: string; more?: Json })[] {
  const role = `arn:aws:iam::${ACCOUNT}:role/deploy`
  return [
    { type: 'IAMUser', key: 'AKIA', more: { userName: 'ci' } },
    { type: 'IAMUser', key: 'ASIA', more: { userName: 'ci' } },
    { type: 'IAMUser', key: undefined, more: { userName: 'ci' } },
    { type: 'Root', key: 'AKIA' },
    { type: 'Root', key: 'ASIA' },
    { type: 'Root', key: undefined },
    { type: 'AssumedRole', key: 'ASIA', issuer: role },
    { type: 'AssumedRole', key: 'ASIA' },
    { type: 'AssumedRole', key: undefined, issuer: role },
    { type: 'AssumedRole', key: 'ASIA', issuer: role, more: { arn: ownSessionArn }, isOwn: true },
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

/** Changes that give a role of the stack to another service. */
const BORROWING = {
  service: 'ecs',
  operation: 'RegisterTaskDefinition',
  request: { taskRoleArn: `arn:aws:iam::${ACCOUNT}:role/Countersign-Contain-0AB1` },
}

/** Every caller with every call, with a bearer token where the call is one of Bedrock; sign-ins; and events of AWS Health. */
export function samples(ownSessionArn: string): Sample[] {
  const calls = callers(ownSessionArn).flatMap((caller) =>
    [...CALLS, ...TAMPERING_CALLS].flatMap(([service, operation, isRead]) =>
      (service === 'bedrock' && caller.key !== 'AKIA' ? [false, true] : [false]).map((isBearer) => {
        const facts: Facts = {
          detailType: API_CALL,
          service,
          operation,
          isRead,
          isBearer,
          isBorrowing: false,
          isOwn: caller.isOwn ?? false,
          ...caller,
        }
        return sample(facts, {
          eventSource: `${service}.amazonaws.com`,
          eventName: operation,
          eventType: 'AwsApiCall',
          readOnly: isRead,
          userIdentity: identity(caller),
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
      isBorrowing: true,
      isOwn: caller.isOwn ?? false,
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
  const about = { operation: 'ConsoleLogin', isRead: false, isOwn: false, isBearer: false, isBorrowing: false, key: undefined }
  const signIns = ['IAMUser', 'Root', 'AssumedRole'].map((type) =>
    sample(
      { ...about, detailType: 'AWS Console Sign In via CloudTrail', service: 'signin', type },
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
  return [...calls, ...borrowing, ...signIns, ...health]
}

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
  const { type, key, service, operation, isOwn, isBearer } = facts
  return {
    title: `${service}:${operation} by ${isOwn ? 'the responder' : type} with ${isBearer ? 'a bearer token, ' : ''}${key ?? 'no key'}`,
    facts,
    event: {
      version: '0',
      id: '6f87d04b-9f74-4f04-a780-7acf4b0a9b38',
      'detail-type': facts.detailType,
      source: `aws.${service}`,
      account: ACCOUNT,
      time: '2026-03-02T12:00:00Z',
      region: 'us-east-1',
      resources: [],
      detail,
    },
  }
}

/** The settings that decide which rules there are. */
export interface Settings {
  readonly includeRoleSessions: boolean
  readonly readOnlyEvents: boolean
}

/** Callers without a key of the account, who assume roles of it. */
const OF_NOBODY_HERE = ['WebIdentityUser', 'SAMLUser', 'AWSAccount']
const OF_A_USER = ['IAMUser', 'FederatedUser', 'Root']

/** The rule that an event is for, said without any pattern; undefined where it is for none. */
export function ruleFor(facts: Facts, { includeRoleSessions, readOnlyEvents }: Settings): string | undefined {
  const { detailType, service, operation, isRead, type, key, isOwn, isBearer } = facts
  if (detailType === 'AWS Health Event') return operation.startsWith('AWS_RISK_') ? 'CredentialExposures' : undefined
  if (detailType !== API_CALL) return 'SignIns'
  // A change by which the responder is disarmed is delivered even where its own session makes it.
  if (isOwn) return tamperingRule(facts, includeRoleSessions)
  if (service === 'iam' && !isRead) return 'CredentialChanges'
  if (key === 'AKIA') {
    if (!isRead) return 'LongLivedKeyCalls'
    if (!readOnlyEvents) return undefined
    return service === 'sts' ? 'TokenCalls' : 'ReadOnlyCalls'
  }
  if (isBearer) return 'BearerTokenCalls'
  if (key === 'ASIA' && includeRoleSessions) return 'RoleSessionCalls'
  if (key === undefined && includeRoleSessions && service === 'sts' && isRead && OF_NOBODY_HERE.includes(type)) return 'OutsideAssumptions'
  if (key === 'ASIA' && OF_A_USER.includes(type)) return 'UserSessionCalls'
  return tamperingRule(facts, includeRoleSessions)
}

function tamperingRule({ service, operation, isRead, type, key, isBorrowing }: Facts, includeRoleSessions: boolean): string | undefined {
  if (includeRoleSessions || isRead || service === 'iam' || key === 'AKIA' || OF_A_USER.includes(type)) return undefined
  const listed = Object.entries(TAMPERING).find(([name]) => eventSourceOf(name) === `${service}.amazonaws.com`)?.[1] ?? []
  const isListed = service === 'lambda' ? listed.some((name) => operation.startsWith(name)) : listed.includes(operation)
  if (isListed) return 'Tampering'
  return isBorrowing ? 'RolesBorrowed' : undefined
}
