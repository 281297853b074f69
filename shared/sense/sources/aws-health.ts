import { partitionFrom, userArn } from '../../domain/arn.ts'
import type { Signal } from '../../domain/signal.ts'
import { type Fields, fieldsOf, isFields, textOf, timeOf } from '../fields.ts'
import type { Normalised } from '../normalised.ts'

/** The event type codes by which AWS Health reports that a credential is exposed or compromised. */
const RISK_CODES: ReadonlySet<string> = new Set([
  'AWS_RISK_CREDENTIALS_EXPOSED',
  'AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED',
  'AWS_RISK_CREDENTIALS_COMPROMISED',
  'AWS_RISK_CREDENTIALS_COMPROMISE_SUSPECTED',
  'AWS_RISK_IAM_QUARANTINE',
])

/** The most affected entities that are read from one page of a Health event. */
const ENTITY_LIMIT = 100

/** True for an EventBridge event of AWS Health. */
export function isHealthEvent(input: object): input is Fields {
  return 'source' in input && input.source === 'aws.health'
}

/**
 * One signal for each affected entity of an AWS Health risk event.
 *
 * The signal's id is the ARN of the Health event and the entity, so that the backup copy from us-west-2 and repeated pages give the same ids
 * and count once. An event of another code is ignored.
 *
 * @example { source: 'aws.health', time: '…', detail: { service: 'RISK', eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED',
 *   eventArn: 'arn:aws:health:us-east-1::event/…', affectedEntities: [{ entityValue: 'AKIAIOSFODNN7EXAMPLE' }] } }
 * @see https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html
 */
export function exposuresOf(event: Fields): Normalised {
  const detail = fieldsOf(event.detail)
  const code = textOf(detail.eventTypeCode, 128)
  if (code === undefined) return { kind: 'unreadable', reason: 'AWS Health event without detail.eventTypeCode' }
  if (!RISK_CODES.has(code)) return { kind: 'ignored', reason: `AWS Health event ${code} is not about credentials` }
  const eventArn = textOf(detail.eventArn, 1024)
  const time = timeOf(event.time) ?? timeOf(detail.startTime)
  if (eventArn === undefined || time === undefined)
    return { kind: 'unreadable', reason: 'AWS Health risk event without detail.eventArn or without time' }
  const entities = Array.isArray(detail.affectedEntities) ? detail.affectedEntities.filter(isFields) : []
  const values = new Set(entities.slice(0, ENTITY_LIMIT).flatMap((entity) => textOf(entity.entityValue, 256) ?? []))
  if (values.size === 0) return { kind: 'unreadable', reason: 'AWS Health risk event that names no affected entity' }
  const at = { code, eventArn, time, account: textOf(detail.affectedAccount, 32) ?? textOf(event.account, 32) ?? 'unknown' }
  return { kind: 'signals', signals: [...values].map((value) => exposure(value, at)) }
}

/** The event does not name the owner of a key: the identity is a placeholder until `joinIdentity` asks IAM. */
function exposure(entity: string, event: { code: string; eventArn: string; time: number; account: string }): Signal {
  const isKey = /^AKIA[A-Z0-9]{12,124}$/.test(entity)
  return {
    id: `${event.eventArn}#${entity}`,
    kind: 'credential-exposure',
    source: 'aws-health',
    time: event.time,
    account: event.account,
    region: 'us-east-1',
    identity: identityOf(entity, event, isKey),
    credential: { id: isKey ? entity : `none:${entity}`, kind: isKey ? 'access-key' : 'none' },
    service: 'health',
    action: `health:${event.code}`,
    isReadOnly: true,
    outcome: 'success',
    errorCode: undefined,
    origin: {
      address: 'health.amazonaws.com',
      addressKind: 'aws-service',
      country: undefined,
      network: undefined,
      organisation: undefined,
      networkKind: undefined,
      isBlocklisted: false,
      agent: '',
      agentFamily: 'aws-service',
      via: undefined,
    },
    created: undefined,
    parentIncidentId: undefined,
    assumer: undefined,
    isAgainstResponder: false,
    request: {},
    response: {},
    details: {},
    exposure: event.code,
  }
}

/** An entity is a key id, a user's ARN or, in quarantine events, a user's name. */
function identityOf(entity: string, { account, eventArn }: { account: string; eventArn: string }, isKey: boolean): Signal['identity'] {
  if (isKey) return { id: `access-key:${entity}`, kind: 'unknown', name: entity, account }
  const id = entity.startsWith('arn:') ? entity : userArn({ account, partition: partitionFrom([eventArn]) }, entity)
  return { id, kind: id.includes(':user/') ? 'iam-user' : 'unknown', name: id.slice(id.lastIndexOf('/') + 1), account }
}
