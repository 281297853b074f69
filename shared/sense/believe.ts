import { timeOf } from '../domain/record-time.ts'
import { DAY_MS, MINUTE_MS } from '../domain/time.ts'
import { type Fields, fieldsOf, textOf } from './fields.ts'
import { isCloudTrailRecord } from './sources/cloudtrail.ts'
import { isOwnReport } from './sources/own-reports.ts'

/**
 * Who vouches for an input.
 *
 * `event-bus`: a rule of the default event bus, on which whoever has `events:PutEvents` may put events too. Only what AWS itself put there, of
 * these accounts and of these days, is believed. `cloudtrail`: a look-up of CloudTrail, which answers with records of its own. `replay`: a log
 * that a person replays on one machine; nothing of it may be later than `until` (epoch ms), the time of that machine.
 */
export type Trust =
  | { readonly kind: 'event-bus'; readonly accounts: ReadonlySet<string> }
  | { readonly kind: 'cloudtrail' }
  | { readonly kind: 'replay'; readonly until: number }

/** A log whose times are not compared with any clock: synthetic histories and tests. */
export const REPLAYED: Trust = { kind: 'replay', until: Number.POSITIVE_INFINITY }

/** Why an input is not believed. */
export type Doubt = 'envelope' | 'source' | 'account' | 'detail-type' | 'time' | 'future' | 'past'

/** `unmapped`: the names of the service outside and in the record, where they do not fit each other. It is believed all the same. */
export type Belief =
  | { readonly kind: 'believed'; readonly unmapped?: { readonly source: string; readonly eventSource: string | undefined } }
  | { readonly kind: 'unbelieved'; readonly doubt: Doubt; readonly reason: string }

/** A time may be ahead of this machine's clock by so much. Milliseconds. */
export const CLOCK_SKEW_MS = 5 * MINUTE_MS

/** The longest that SQS keeps a message, so the oldest event that a person can move back from a dead-letter queue. Milliseconds. */
export const OLDEST_MS = 14 * DAY_MS

/** The latest time (epoch ms) that an input may say. */
export function latestOf(trust: Trust, now: number): number {
  return trust.kind === 'replay' ? trust.until : now + CLOCK_SKEW_MS
}

/**
 * Says whether an input counts, by where it came from. It says nothing of whether the input can be read: `normalise` does.
 *
 * EventBridge refuses a `source` that begins with `aws.` from everybody but AWS, and writes `account` itself, so those two cannot be invented. Reports of the stack's
 * own functions come by a bus on which nobody else may put; no rule of another bus matches them, and the queues take messages from these rules alone.
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
 */
export function believe(input: unknown, trust: Trust, now: number): Belief {
  const event = fieldsOf(input)
  const latest = latestOf(trust, now)
  if (trust.kind === 'event-bus') return believeEnvelope(event, trust.accounts, { latest, earliest: now - OLDEST_MS })
  return believeTimes(event, { latest, earliest: Number.NEGATIVE_INFINITY }) ?? BELIEVED
}

const BELIEVED: Belief = { kind: 'believed' }

/** The detail types of events that hold a CloudTrail record end so, such as `AWS API Call via CloudTrail`. */
const VIA_CLOUDTRAIL = ' via CloudTrail'

/** The detail type of the events that AWS Health puts on the bus itself. */
const HEALTH_EVENT = 'AWS Health Event'

interface Times {
  readonly latest: number
  readonly earliest: number
}

function believeEnvelope(event: Fields, accounts: ReadonlySet<string>, times: Times): Belief {
  const source = textOf(event.source, 256)
  const detailType = textOf(event['detail-type'], 128)
  const account = textOf(event.account, 32)
  if (source === undefined || detailType === undefined || event.detail === undefined)
    return unbelieved('envelope', 'it is no event of EventBridge: source, detail-type or detail is missing')
  if (!source.startsWith('aws.') && !isOwnReport(event))
    return unbelieved('source', 'its source does not begin with aws., so anybody with events:PutEvents may have put it')
  if (account === undefined || !accounts.has(account))
    return unbelieved('account', 'its account is none of those that the stack is configured for')
  const detail = fieldsOf(event.detail)
  const isRecord = detailType.endsWith(VIA_CLOUDTRAIL)
  if (!isRecord && (isCloudTrailRecord(event.detail) || (source === 'aws.health' && detailType !== HEALTH_EVENT)))
    return unbelieved('detail-type', 'its detail-type is not that of what it holds')
  // AWS Health and GuardDuty name another account where one account sees the events of an organisation.
  if (isRecord && detail.recipientAccountId !== undefined && detail.recipientAccountId !== account)
    return unbelieved('account', 'its record is of another account than the event itself')
  if (timeOf(event.time) === undefined) return unbelieved('time', 'it says no time between 2000 and 2100')
  const doubt = believeTimes(event, times)
  if (doubt !== undefined || !isRecord) return doubt ?? BELIEVED
  const eventSource = textOf(detail.eventSource, 128)
  return isMapped(source, eventSource) ? BELIEVED : { kind: 'believed', unmapped: { source, eventSource } }
}

/** Compares the time of an event and that of the record in it with the bounds. What has no time is left to who reads it. */
function believeTimes(event: Fields, { latest, earliest }: Times): Belief | undefined {
  for (const value of [event.time, event.eventTime, fieldsOf(event.detail).eventTime]) {
    const time = timeOf(value)
    if (time !== undefined && time > latest) return unbelieved('future', 'its time is in the future')
    if (time !== undefined && time < earliest) return unbelieved('past', 'it is older than the 14 days that a queue can keep it')
  }
  return undefined
}

function unbelieved(doubt: Doubt, reason: string): Belief {
  return { kind: 'unbelieved', doubt, reason: `not believed: ${reason}` }
}

/**
 * Outer sources by the first label of `eventSource`, where the two differ.
 *
 * By the reference of EventBridge the source is `aws.` and the first label of `eventSource`, `aws.monitoring` and `aws.signin` included. Records
 * of SES name `email.amazonaws.com` (classic API) and `ses.amazonaws.com`; the source of both is `aws.ses`.
 * @see https://docs.aws.amazon.com/eventbridge/latest/ref/welcome.html
 * @see https://docs.aws.amazon.com/ses/latest/dg/logging-using-cloudtrail.html
 */
const OTHER_SOURCES: ReadonlyMap<string, string> = new Map([['email', 'aws.ses']])

function isMapped(source: string, eventSource: string | undefined): boolean {
  const [label = ''] = (eventSource ?? '').split('.')
  return source === `aws.${label}` || source === OTHER_SOURCES.get(label)
}
