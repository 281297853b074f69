import { type Place, partitionFrom } from '../../domain/arn.ts'
import { counted } from '../../domain/counted.ts'
import { timeOf } from '../../domain/record-time.ts'
import type { Signal } from '../../domain/signal.ts'
import { type Fields, fieldsOf, isFields, textOf } from '../fields.ts'
import type { Normalised } from '../normalised.ts'
import { type HealthEntity, healthEntityOf } from './health-entity.ts'
import { reportSignal } from './report-signal.ts'

/** What codes about credentials begin with. AWS publishes no list of them, so a code that is not known is read as well. */
const RISK_CODE = /^AWS_RISK_/

/** The most entities of one event that become signals. EventBridge events have at most 256 KB, so a page rarely has more. */
const ENTITY_LIMIT = 1000

/** True for an EventBridge event of AWS Health itself. Calls of its API come under the same source, but by CloudTrail. */
export function isHealthEvent(input: object): input is Fields {
  if (!('source' in input) || input.source !== 'aws.health') return false
  const type = 'detail-type' in input ? input['detail-type'] : undefined
  return !(typeof type === 'string' && type.endsWith(VIA_CLOUDTRAIL))
}

/** Events that hold a record of CloudTrail, such as `AWS Service Event via CloudTrail`, are about a call to Health. */
const VIA_CLOUDTRAIL = ' via CloudTrail'

/**
 * One signal for each affected entity of an AWS Health risk event.
 *
 * The signal's id is the ARN of the Health event and the entity, so that the backup copy from us-west-2 and repeated pages give the same ids
 * and count once. An event of another code is ignored. An event that names nobody is about its account, so that a person is asked.
 *
 * @example { source: 'aws.health', time: '…', detail: { service: 'RISK', eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED',
 *   eventArn: 'arn:aws:health:us-east-1::event/…', affectedEntities: [{ entityValue: 'AKIAIOSFODNN7EXAMPLE' }] } }
 * @see https://docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html
 */
export function exposuresOf(event: Fields): Normalised {
  const detail = fieldsOf(event.detail)
  const code = textOf(detail.eventTypeCode, 128)
  if (code === undefined) return { kind: 'unreadable', reason: 'AWS Health event without detail.eventTypeCode' }
  if (!RISK_CODE.test(code)) return { kind: 'ignored', reason: `AWS Health event ${code} is not about credentials` }
  const eventArn = textOf(detail.eventArn, 1024)
  const time = timeOf(event.time) ?? timeOf(detail.startTime)
  if (eventArn === undefined || time === undefined)
    return { kind: 'unreadable', reason: 'AWS Health risk event without detail.eventArn or without time' }
  const account = textOf(detail.affectedAccount, 32) ?? textOf(event.account, 32) ?? 'unknown'
  const at = { code, eventArn, time, place: { account, partition: partitionFrom([eventArn], textOf(event.region, 32)) }, event }
  const values = entitiesOf(event, detail)
  const signals = values.slice(0, ENTITY_LIMIT).map((value) => exposure(value, healthEntityOf(value, code, at.place), at))
  if (values.length > 0 && values.length <= ENTITY_LIMIT) return { kind: 'signals', signals }
  const left = values.length - ENTITY_LIMIT
  const note = values.length === 0 ? 'it names no credential' : `it names ${counted(left, 'credential')} more`
  const told = { ...healthEntityOf(account, code, at.place), note }
  return { kind: 'signals', signals: [...signals, exposure(`account ${account}`, told, at)] }
}

/** The distinct entities of an event. Some events name them only in `resources`, the member that every EventBridge event has. */
function entitiesOf(event: Fields, detail: Fields): readonly string[] {
  const affected = Array.isArray(detail.affectedEntities) ? detail.affectedEntities : []
  const resources = Array.isArray(event.resources) ? event.resources : []
  return [
    ...new Set(
      [...affected.map((one) => (isFields(one) ? one.entityValue : one)), ...resources].flatMap((value) => textOf(value, 2048) ?? []),
    ),
  ]
}

interface HealthEvent {
  readonly code: string
  readonly eventArn: string
  readonly time: number
  readonly place: Place
  readonly event: Fields
}

/** The event does not name the owner of a key: the identity is a placeholder until `joinIdentity` asks IAM. */
function exposure(
  entity: string,
  { identity, credential, note }: HealthEntity,
  { code, eventArn, time, place, event }: HealthEvent,
): Signal {
  return reportSignal({
    kind: 'credential-exposure',
    source: 'aws-health',
    // A Bedrock API key is a secret and is kept nowhere; its identity has a hash of it.
    id: `${eventArn}#${entity.startsWith('ABSK') ? identity.id : entity}`,
    time,
    account: place.account,
    // The backup copy from us-west-2 is the same event.
    region: place.partition === 'aws' ? 'us-east-1' : (textOf(event.region, 32) ?? 'unknown'),
    identity,
    credential,
    note,
    code,
    report: { id: eventArn, type: code },
  })
}
