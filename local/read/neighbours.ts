import { type Fields, fieldsOf, isFields } from '../../shared/sense/fields.ts'
import { unknownSource } from '../../shared/sense/sources/sources.ts'
import { isEventBridge } from './cloudtrail-record.ts'

/** Why something of an input is passed over, in the words in which it is counted. */
export type Neighbour = string

const has =
  (...names: readonly string[]) =>
  (value: Fields) =>
    names.every((name) => name in value)

/** What lies beside CloudTrail's records and is no damage, and how it is recognised: by its content, since names are of others' choice. */
const KINDS: readonly (readonly [kind: Neighbour, is: (value: Fields) => boolean])[] = [
  ['CloudTrail digests', has('digestStartTime', 'logFiles')],
  ['CloudTrail digests', has('s3Object', 'hashAlgorithm')],
  ['CloudTrail Insights events', ({ eventCategory, eventType }) => eventCategory === 'Insight' || eventType === 'AwsCloudTrailInsight'],
  ['notices of CloudTrail files', has('s3Bucket', 's3ObjectKey')],
  ['control messages of CloudWatch Logs', ({ messageType }) => messageType === 'CONTROL_MESSAGE'],
  ['AWS Config items', has('configSnapshotId')],
  ['AWS Config items', has('configurationItemDiff')],
  ['AWS Config items', has('resourceType', 'configurationItemCaptureTime')],
  ['GuardDuty findings', ({ schemaVersion, type, service }) => schemaVersion === '2.0' && typeof type === 'string' && isFields(service)],
  ['Security Hub findings', has('SchemaVersion', 'ProductArn', 'AwsAccountId')],
  ['Amazon S3 event notifications', ({ eventSource, s3 }) => eventSource === 'aws:s3' && isFields(s3)],
  ['AWS WAF logs', has('webaclId', 'httpRequest')],
  ['Route 53 query logs', has('query_timestamp', 'query_name')],
  ['Kubernetes audit events', ({ kind, auditID }) => kind === 'Event' && typeof auditID === 'string'],
  ['other OCSF events', has('class_uid', 'category_uid')],
]

/** The kind of an object that is known to hold no record; undefined where that is not known. An event of EventBridge is named by its source. */
export function neighbourOf(value: Fields): Neighbour | undefined {
  return KINDS.find(([, is]) => is(value))?.[0] ?? (isOtherEvent(value) ? unknownSource(value) : undefined)
}

/** An event whose detail is an object that has nothing of a record. */
function isOtherEvent(value: Fields): boolean {
  return isEventBridge(value) && isFields(value.detail) && !isLikeRecord(value.detail)
}

/** An object without content, or around an empty list, as queries without results and idle streams leave. */
export function isEmpty(value: Fields): boolean {
  const members = Object.values(value)
  const lists = members.filter(Array.isArray)
  const isPlain = members.every((member) => typeof member !== 'object' || member === null || lists.includes(member as unknown[]))
  return members.length === 0 || (lists.length > 0 && isPlain && lists.every(({ length }) => length === 0) && !isLikeRecord(value))
}

/** True for an object that has something of a CloudTrail record: where it cannot be read, that is damage. */
export function isLikeRecord(value: unknown): boolean {
  const fields = fieldsOf(value)
  return ['eventVersion', 'eventName', 'eventTime', 'userIdentity', 'eventID', 'CloudTrailEvent'].some((name) => name in fields)
}

/** Text that is no JSON, by its first line. */
const TEXTS: readonly (readonly [kind: Neighbour, line: RegExp])[] = [
  [
    'load balancer logs',
    /^(?:https?|h2|wss?|grpcs?|tls) (?:\d\.\d )?\d{4}-\d\d-\d\dT\S+ \S*(?:app|net)\/|^\d{4}-\d\d-\d\dT[\d:.]+Z \S+ [\d.:]+ (?:[\d.:]+|-) -?[\d.]+ -?[\d.]+ /,
  ],
  ['load balancer logs', /^Enable (?:AccessLog|ConnectionLog) for (?:ELB|ALB|NLB)/],
  ['Amazon S3 access logs', /^[0-9a-f]{64} \S+ \[\d\d\/\w{3}\/\d{4}:/],
  ['VPC flow logs', /^version account-id |^2 (?:\d{12}|unknown) eni-/],
  ['CloudFront logs', /^#Version: /],
]

/** The kind of a text that is known to hold no record, by its beginning; undefined where that is not known. */
export function textNeighbourOf(beginning: string): Neighbour | undefined {
  return TEXTS.find(([, line]) => line.test(beginning))?.[0]
}
