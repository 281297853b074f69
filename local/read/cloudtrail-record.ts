import { type Fields, isFields } from '../../shared/sense/fields.ts'
import { fromOcsf } from './ocsf.ts'
import { isReport, reportIn } from './report-in.ts'
import { parseRowText } from './row-text.ts'

/** The fields of records and of their identities, as CloudTrail writes them. Athena and Glue write them in lower case. */
const NAMES = `eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage
  requestParameters responseElements additionalEventData requestID eventID readOnly eventType apiVersion managementEvent recipientAccountId
  sharedEventID vpcEndpointId vpcEndpointAccountId eventCategory serviceEventDetails resources tlsDetails sessionCredentialFromConsole
  type principalId arn accountId accessKeyId userName invokedBy sessionContext sessionIssuer attributes mfaAuthenticated creationDate
  webIdFederationData federatedProvider onBehalfOf userId identityStoreArn credentialId identityProvider`.split(/\s+/)

const CANONICAL: ReadonlyMap<string, string> = new Map(NAMES.map((name) => [name.toLowerCase(), name]))

/** The fields that are objects or lists in a record, and text in tables. */
const STRUCTURES = [
  'userIdentity',
  'requestParameters',
  'responseElements',
  'additionalEventData',
  'serviceEventDetails',
  'resources',
  'tlsDetails',
]

/** What a table calls the fields of an event that are not called as in the record, in lower case and without blanks. */
const COLUMNS: ReadonlyMap<string, string> = new Map([
  ['awsaccesskey', 'accesskeyid'],
  ['useridentityarn', 'arn'],
  ['username', 'username'],
])

/**
 * The record that an object is: of CloudTrail, in the case of the fields that CloudTrail or Athena writes, or of OCSF; or the event of EventBridge that holds
 * one, and what another source reports (`reportIn`), as they are. Undefined for everything else.
 */
export function recordIn(value: Fields): object | undefined {
  if (isEventBridge(value)) {
    const { detail } = value
    if (value.source === 'aws.health' || isReport(value)) return value
    const inner = isFields(detail) ? recordIn(detail) : undefined
    // A source that sends a finding on is none that is known: the finding counts.
    if (inner !== undefined && isReport(inner as Fields)) return inner
    return inner === detail ? inner && value : inner
  }
  if (isCall(value.eventName, value.eventSource)) return typeof value._raw === 'string' ? undefined : structured(value)
  if (isCall(value.eventname, value.eventsource) && ('useridentity' in value || 'eventversion' in value))
    return structured(canonical(value))
  return (typeof value.class_uid === 'number' ? fromOcsf(value) : undefined) ?? reportIn(value)
}

export function isEventBridge(value: Fields): boolean {
  return typeof value['detail-type'] === 'string' && 'detail' in value
}

/** Events of S3, SQS and Kinesis name their source `aws:s3` and the like; they may hold records, and are none. */
function isCall(name: unknown, source: unknown): boolean {
  return typeof name === 'string' && typeof source === 'string' && !source.startsWith('aws:')
}

/** A record with objects where it has their text. Most records have none, and are returned as they are. */
function structured(record: Fields): Fields {
  if (!STRUCTURES.some((name) => typeof record[name] === 'string')) return record
  const copy: Record<string, unknown> = { ...record }
  for (const name of STRUCTURES) {
    const text = copy[name]
    if (typeof text !== 'string') continue
    const parsed = structureOf(text)
    copy[name] = name === 'userIdentity' && isFields(parsed) ? canonical(parsed) : parsed
  }
  return copy
}

function structureOf(text: string): unknown {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed === 'null' || trimmed === '-') return null
  try {
    const value: unknown = JSON.parse(trimmed)
    return typeof value === 'object' ? value : text
  } catch {
    return parseRowText(trimmed) ?? text
  }
}

/** Gives the fields of a record the names that CloudTrail gives them; those of parameters stay as they are. */
function canonical(value: Fields): Fields {
  const entries = Object.entries(value).map(([key, inner]) => {
    const name = CANONICAL.get(key.toLowerCase()) ?? key
    const isIdentity = name === 'userIdentity' || (!STRUCTURES.includes(name) && isFields(inner))
    return [name, isIdentity && isFields(inner) ? canonical(inner) : inner] as const
  })
  return Object.fromEntries(entries)
}

/**
 * The record of a row of a table, such as of the console's event history: what its columns hold, with dots in their names for what is nested. Undefined where they name no
 * call and time, or where the entry has a record as text, which is damaged then.
 */
export function recordFromColumns(row: Fields): Fields | undefined {
  const record: Record<string, unknown> = {}
  const identity: Record<string, unknown> = {}
  for (const [column, value] of Object.entries(row)) {
    if (value === null || value === '' || value === '-') continue
    const plain = column.toLowerCase().replace(/[^a-z0-9.]/g, '')
    if (plain === 'cloudtrailevent') return undefined
    const [, part] = plain.match(/^useridentity\.(.+)$/) ?? []
    const name = CANONICAL.get(COLUMNS.get(part ?? plain) ?? part ?? plain)
    if (name === undefined) continue
    if (part !== undefined || name === 'accessKeyId' || name === 'userName' || name === 'arn') identity[name] = value
    else record[name] = value
  }
  if (!isCall(record.eventName, record.eventSource) || record.eventTime === undefined) return undefined
  const { userIdentity, ...rest } = structured(record)
  return { ...rest, userIdentity: isFields(userIdentity) ? userIdentity : { ...kindOf(identity), ...identity } }
}

/** What the access key and the name say of the kind of caller: the key of a user, or root. */
function kindOf({ accessKeyId, userName }: Fields): Fields {
  if (typeof accessKeyId === 'string' && accessKeyId.startsWith('AKIA') && userName !== 'root') return { type: 'IAMUser' }
  return userName === 'root' ? { type: 'Root' } : { principalId: userName }
}
