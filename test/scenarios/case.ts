import * as z from 'zod'
import { ExposureGrade, REPORT_BUS_SOURCE, REPORT_DETAIL_TYPES } from '../../shared/domain/exposure-report.ts'

/** One call, short: what is not said is a call by the user `ci-build` with its key. */
const Call = z.strictObject({
  /** `iam:CreateUser` */
  call: z.string().regex(/^[a-z0-9-]+:[A-Za-z0-9]+$/),
  as: z
    .enum([
      'ci-build',
      'ci-build-laptop',
      'admin',
      'root',
      'root-key',
      'role',
      'instance',
      'function',
      'session',
      'bearer',
      'victim',
      'canary',
      'guest',
      'task',
      'github',
    ])
    .default('ci-build'),
  from: z.string().default('192.0.2.10'),
  agent: z.string().default('aws-cli/2.15.0'),
  via: z.string().optional(),
  /** The VPC endpoint that the call went through. */
  endpoint: z.string().optional(),
  request: z.record(z.string(), z.unknown()).default({}),
  response: z.record(z.string(), z.unknown()).default({}),
  details: z.record(z.string(), z.unknown()).default({}),
  error: z.string().optional(),
  reads: z.boolean().optional(),
  region: z.string().default('us-east-1'),
  /** How often, each time with `{n}` in the request replaced by the number. */
  times: z.number().int().min(1).default(1),
  everySeconds: z.number().default(10),
})
export type Call = z.infer<typeof Call>

/** A key that AWS Health reports. */
const Exposure = z.strictObject({ exposed: z.string(), code: z.string().default('AWS_RISK_CREDENTIALS_EXPOSED') })

/** What a party says of a key: GuardDuty a finding, another one that it was seen. */
const Reported = z.strictObject({
  reported: z.string(),
  by: z.enum(['guardduty', 'github', 'jira', 'logs']),
  /** Of GuardDuty: the type and the severity of its finding. */
  type: z.string().default('UnauthorizedAccess:IAMUser/TorIPCaller'),
  severity: z.number().default(5),
  /** Of the others: how sure it is that somebody else can use the key. */
  grade: ExposureGrade.default('id-only'),
})

/** A scenario: given this past, these events and this policy → these findings, this decision. */
export const Scenario = z.strictObject({
  title: z.string().min(10),
  /** Ordinary calls of every past day, by the user `ci-build`, from its own network. */
  past: z.strictObject({ days: z.number().int().min(1), calls: z.array(z.union([z.string(), Call])) }).optional(),
  events: z.array(z.union([Call, Exposure, Reported])),
  policy: z.record(z.string(), z.unknown()).default({}),
  tags: z.record(z.string(), z.string()).default({}),
  expect: z.strictObject({
    detectors: z.array(z.string()).optional(),
    not: z.array(z.string()).optional(),
    would: z.enum(['observe', 'notify', 'ask', 'restrict', 'contain']).optional(),
    decision: z.enum(['observe', 'notify', 'ask', 'restrict', 'contain']).optional(),
    state: z.string().optional(),
    incidents: z.number().int().optional(),
    /** Of the incident that comes first. */
    priority: z.number().optional(),
    /** Keys that are inactive at the end. */
    inactive: z.array(z.string()).optional(),
    /** Users that are denied everything at the end. */
    denied: z.array(z.string()).optional(),
    /** Users and roles that are restricted at the end. */
    restricted: z.array(z.string()).optional(),
    /** Roles with sessions that are ended at the end. */
    revoked: z.array(z.string()).optional(),
    why: z.string().optional(),
    notices: z.array(z.string()).optional(),
  }),
})
export type Scenario = z.infer<typeof Scenario>

export const KEY = 'AKIAIOSFODNN7EXAMPLE'
const ACCOUNT = '123456789012'
const ARN = `arn:aws:iam::${ACCOUNT}`

const IDENTITIES: Readonly<Record<Call['as'], object>> = {
  'ci-build': { type: 'IAMUser', arn: `${ARN}:user/ci-build`, accountId: ACCOUNT, userName: 'ci-build', accessKeyId: KEY },
  'ci-build-laptop': {
    type: 'IAMUser',
    arn: `${ARN}:user/ci-build`,
    accountId: ACCOUNT,
    userName: 'ci-build',
    accessKeyId: 'AKIALAPTOPKEY0000001',
  },
  admin: { type: 'IAMUser', arn: `${ARN}:user/admin`, accountId: ACCOUNT, userName: 'admin', accessKeyId: 'ASIAADMINSESSION0001' },
  victim: { type: 'IAMUser', arn: `${ARN}:user/victim`, accountId: ACCOUNT, userName: 'victim', accessKeyId: 'AKIAVICTIMKEY0000001' },
  canary: {
    type: 'IAMUser',
    arn: `${ARN}:user/countersign-canary/billing-export`,
    accountId: ACCOUNT,
    userName: 'billing-export',
    accessKeyId: 'AKIACANARYKEY0000001',
  },
  root: { type: 'Root', arn: `${ARN}:root`, accountId: ACCOUNT, accessKeyId: 'ASIAROOTSESSION00001' },
  'root-key': { type: 'Root', arn: `${ARN}:root`, accountId: ACCOUNT, accessKeyId: 'AKIAROOTKEY000000001' },
  role: session('deploy', 'build-7', 'ASIADEPLOYSESSION001'),
  instance: session('web', 'i-0123456789abcdef0', 'ASIAINSTANCE00000001'),
  function: {
    ...session('report', 'report', 'ASIAFUNCTION00000001'),
    inScopeOf: { issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:report` },
  },
  session: { type: 'IAMUser', arn: `${ARN}:user/ci-build`, accountId: ACCOUNT, userName: 'ci-build', accessKeyId: 'ASIACIBUILDSESSION01' },
  guest: session('app-guests', 'CognitoIdentityCredentials', 'ASIAGUESTSESSION0001'),
  task: session('worker', '0123456789abcdef0123456789abcdef', 'ASIATASKSESSION00001'),
  github: { type: 'WebIdentityUser', principalId: 'github', userName: 'github' },
  bearer: { type: 'IAMUser', arn: `${ARN}:user/BedrockAPIKey-1`, accountId: ACCOUNT, userName: 'BedrockAPIKey-1' },
}

function session(role: string, name: string, accessKeyId: string): object {
  return {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${name}`,
    accountId: ACCOUNT,
    accessKeyId,
    sessionContext: { sessionIssuer: { type: 'Role', arn: `${ARN}:role/${role}`, userName: role } },
  }
}

/** The CloudTrail record of a call at a time. */
export function recordOf(call: Call, { id, time, n }: { id: string; time: number; n: number }): object {
  const [service, eventName] = call.call.split(':') as [string, string]
  const fill = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll('{n}', String(n)))
  return {
    eventVersion: '1.11',
    eventID: id,
    eventTime: new Date(time).toISOString(),
    eventSource: `${service}.amazonaws.com`,
    eventName,
    eventType: service === 'signin' ? 'AwsConsoleSignIn' : 'AwsApiCall',
    awsRegion: call.region,
    sourceIPAddress: call.from,
    userAgent: call.agent,
    userIdentity: call.via === undefined ? IDENTITIES[call.as] : { ...IDENTITIES[call.as], invokedBy: call.via },
    requestParameters: fill(call.request),
    responseElements: fill(call.response),
    additionalEventData: call.as === 'bearer' ? { callWithBearerToken: true } : call.details,
    recipientAccountId: ACCOUNT,
    ...(call.endpoint === undefined ? {} : { vpcEndpointId: call.endpoint }),
    ...(call.error === undefined ? {} : { errorCode: call.error }),
    ...(call.reads === undefined ? {} : { readOnly: call.reads }),
  }
}

/** An EventBridge event of AWS Health that names a key. */
export function exposureOf({ exposed, code }: z.infer<typeof Exposure>, { id, time }: { id: string; time: number }): object {
  return {
    id,
    source: 'aws.health',
    'detail-type': 'AWS Health Event',
    account: ACCOUNT,
    time: new Date(time).toISOString(),
    detail: {
      service: 'RISK',
      eventTypeCode: code,
      eventArn: `arn:aws:health:us-east-1::event/RISK/${code}/${id}`,
      affectedEntities: [{ entityValue: exposed }],
    },
  }
}

/** The event of what a party says of a key of `ci-build`. */
export function reportOf(said: z.infer<typeof Reported>, { id, time }: { id: string; time: number }): object {
  const at = new Date(time).toISOString()
  const event = { version: '0', id, account: ACCOUNT, time: at, region: 'us-east-1', resources: [] }
  if (said.by !== 'guardduty')
    return {
      ...event,
      source: REPORT_BUS_SOURCE,
      'detail-type': REPORT_DETAIL_TYPES.exposure,
      detail: {
        version: 1,
        id: `${said.by}-${id}`,
        source: said.by,
        credentialId: said.reported,
        grade: said.grade,
        place: 'acme/api: config.env, line 3',
        seenAt: time,
      },
    }
  const arn = `arn:aws:guardduty:us-east-1:${ACCOUNT}:detector/12ab/finding/${id}`
  return {
    ...event,
    source: 'aws.guardduty',
    'detail-type': 'GuardDuty Finding',
    detail: {
      schemaVersion: '2.0',
      accountId: ACCOUNT,
      region: 'us-east-1',
      id,
      arn,
      type: said.type,
      severity: said.severity,
      updatedAt: at,
      resource: {
        resourceType: 'AccessKey',
        accessKeyDetails: { accessKeyId: said.reported, principalId: 'AIDACIBUILDEXAMPLE001', userType: 'IAMUser', userName: 'ci-build' },
      },
      service: { archived: false, additionalInfo: {}, count: 1 },
    },
  }
}

/** What an event of a scenario is to the pipeline. */
export function inputOf(event: Scenario['events'][number], about: { id: string; time: number; n: number }): object {
  if ('call' in event) return recordOf(event, about)
  return 'exposed' in event ? exposureOf(event, about) : reportOf(event, about)
}

export const asCall = (call: string | Call): Call => (typeof call === 'string' ? Call.parse({ call }) : call)

/** An account in which the users of the scenarios have their keys. */
export function accountOf(tags: Readonly<Record<string, string>>) {
  const user = (name: string, withTags = false) => ({
    UserName: name,
    Arn: `${ARN}:user/${name}`,
    // The scenarios are of that day; what an intruder makes in them is made in their first minutes.
    CreateDate: name === 'backdoor' ? '2026-03-02T12:00:10Z' : '2025-06-01T09:00:00Z',
    Path: '/',
    UserPolicyList: [
      {
        PolicyName: 'work',
        PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['s3:*', 'iam:*'], Resource: '*' }] },
      },
    ],
    Tags: withTags ? Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) : [],
  })
  return {
    UserDetailList: [
      user('ci-build', true),
      user('admin'),
      user('victim'),
      user('backdoor'),
      { ...user('billing-export'), Arn: `${ARN}:user/countersign-canary/billing-export`, Path: '/countersign-canary/', UserPolicyList: [] },
    ],
    RoleDetailList: [
      { RoleName: 'deploy', Arn: `${ARN}:role/deploy`, RolePolicyList: [] },
      { RoleName: 'web', Arn: `${ARN}:role/web`, RolePolicyList: [] },
    ],
    AccessKeys: [
      { UserName: 'ci-build', AccessKeyId: KEY, Status: 'Active' },
      { UserName: 'victim', AccessKeyId: 'AKIAVICTIMKEY0000001', Status: 'Active' },
      { UserName: 'billing-export', AccessKeyId: 'AKIACANARYKEY0000001', Status: 'Active' },
      { UserName: 'backdoor', AccessKeyId: 'AKIABACKDOORKEY00001', Status: 'Active' },
    ],
  }
}
