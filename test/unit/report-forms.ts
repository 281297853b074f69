import { gzipSync } from 'node:zlib'
import type { Fields } from './input-forms.ts'

const ACCOUNT = '123456789012'
const KEY = 'AKIA2J4QNVLHRYEXAMPL'
const USER = `arn:aws:iam::${ACCOUNT}:user/runner`
const DETECTOR = `arn:aws:guardduty:us-east-1:${ACCOUNT}:detector/12abc`

/** A finding of GuardDuty as events and exports have it. */
export const guardDuty = (time: string, more: Fields = {}): Fields => ({
  schemaVersion: '2.0',
  accountId: ACCOUNT,
  region: 'us-east-1',
  partition: 'aws',
  id: `finding-${time}`,
  arn: `${DETECTOR}/finding/${time}`,
  type: 'UnauthorizedAccess:IAMUser/TorIPCaller',
  resource: {
    resourceType: 'AccessKey',
    accessKeyDetails: { accessKeyId: KEY, principalId: 'AIDA2J4QNVLHRYEXAMPLE', userType: 'IAMUser', userName: 'runner' },
  },
  service: {
    serviceName: 'guardduty',
    archived: false,
    count: 1,
    action: { actionType: 'AWS_API_CALL', awsApiCallAction: { api: 'ListBuckets', remoteIpDetails: { ipAddressV4: '198.51.100.9' } } },
  },
  severity: 8,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: time,
  ...more,
})

/** A finding of Security Hub in the AWS Security Finding Format. */
export const asff = (time: string, more: Fields = {}): Fields => ({
  SchemaVersion: '2018-10-08',
  Id: `finding-${time}`,
  ProductArn: `arn:aws:securityhub:us-east-1:${ACCOUNT}:product/${ACCOUNT}/default`,
  GeneratorId: 'example',
  AwsAccountId: ACCOUNT,
  Types: ['TTPs/Initial Access/Example'],
  CreatedAt: '2026-01-01T00:00:00.000Z',
  UpdatedAt: time,
  Severity: { Label: 'HIGH' },
  Title: 'A title',
  Resources: [{ Type: 'AwsIamUser', Id: USER }],
  ...more,
})

/** A finding of Security Hub in OCSF. */
export const ocsfFinding = (time: string, more: Fields = {}): Fields => ({
  class_uid: 2004,
  category_uid: 2,
  time: Date.parse(time),
  severity_id: 4,
  finding_info: { uid: `finding-${time}`, types: ['Initial Access'] },
  metadata: { product: { name: 'Example' }, version: '1.5.0' },
  cloud: { account: { uid: ACCOUNT }, region: 'us-east-1' },
  resources: [{ type: 'AWS::IAM::User', uid: USER }],
  ...more,
})

export const event = (source: string, detailType: string, time: string, detail: unknown): Fields => ({
  version: '0',
  id: `event-${source}-${time}`,
  'detail-type': detailType,
  source,
  account: ACCOUNT,
  time,
  region: 'us-east-1',
  resources: [],
  detail,
})

/** An event that some other party sent, and that `webhook`, `logs` or `ingest` put on the stack's own bus a minute later. */
const ownReport = (time: string): Fields =>
  event('countersign.reports', 'Credential Exposure', later(time), {
    version: 1,
    id: `github:acme/api:${time}`,
    source: 'github',
    credentialId: KEY,
    grade: 'with-secret',
    place: 'acme/api: config.env, line 3',
    seenAt: Date.parse(time),
  })

const later = (time: string) => new Date(Date.parse(time) + 60_000).toISOString()

/** Everything that is read beside records of calls, by what it is: what says something at a time. */
export const REPORTS: Readonly<Record<string, (time: string) => Fields>> = {
  'an event of GuardDuty': (time) => event('aws.guardduty', 'GuardDuty Finding', later(time), guardDuty(time)),
  'a finding of GuardDuty as it is exported to S3': (time) => guardDuty(time),
  'an event of Security Hub': (time) =>
    event('aws.securityhub', 'Security Hub Findings - Imported', later(time), { findings: [asff(later(time)), asff(time)] }),
  'a finding of Security Hub': (time) => asff(time),
  'an event of Security Hub in OCSF': (time) =>
    event('aws.securityhub', 'Findings Imported V2', later(time), { findings: [ocsfFinding(time)] }),
  'a finding in OCSF': (time) => ocsfFinding(time),
  'an event of Trusted Advisor': (time) =>
    event('aws.trustedadvisor', 'Trusted Advisor Check Item Refresh Notification', time, {
      'check-name': 'Exposed Access Keys',
      'check-item-detail': { 'Access Key ID': KEY, 'User Name (IAM or Root)': 'runner', 'Fraud Type': 'Exposed' },
      status: 'ERROR',
    }),
  'an event of AWS Health': (time) =>
    event('aws.health', 'AWS Health Event', time, {
      eventArn: 'arn:aws:health:us-east-1::event/RISK/AWS_RISK_CREDENTIALS_EXPOSED/1',
      service: 'RISK',
      eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED',
      affectedEntities: [{ entityValue: KEY }],
    }),
  'a report of an exposed key': ownReport,
}

const text = (value: unknown) => JSON.stringify(value)

/** The ways in which reports lie in files. */
export const REPORT_FILES: Readonly<Record<string, (reports: readonly Fields[]) => string | Buffer>> = {
  'a line each': (reports) => reports.map((report) => `${text(report)}\n`).join(''),
  'a line each, compressed': (reports) => gzipSync(reports.map((report) => `${text(report)}\n`).join('')),
  'a list': (reports) => text(reports),
  'a list, written over lines': (reports) => JSON.stringify(reports, null, 2),
  'what `get-findings` prints around it': (reports) => text({ Findings: reports, NextToken: 'x' }),
  'messages of a queue': (reports) => text({ Messages: reports.map((report) => ({ MessageId: 'm', Body: text(report) })) }),
  'a line of a log each': (reports) =>
    text({ messageType: 'DATA_MESSAGE', logEvents: reports.map((report) => ({ id: '1', timestamp: 1, message: text(report) })) }),
}
