import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { syntheticHistory } from '../../local/synthetic-history.ts'
import { CATALOGUE } from '../../shared/detect/catalogue.ts'
import { DATA_CALLS, isReadCall } from '../../shared/detect/delivered-calls.ts'
import { asCall, type Call, exposureOf, recordOf, reportOf, Scenario } from '../scenarios/case.ts'

export type Json = Readonly<Record<string, unknown>>

export const ACCOUNT = '123456789012'
export const HOME_REGION = 'us-east-1'

const TIME = Date.UTC(2026, 2, 2, 12)

/** The names of services in `eventSource` where they are not those of their actions. */
const EVENT_SOURCES: Readonly<Record<string, string>> = { cloudwatch: 'monitoring', ses: 'email' }
/** The names of services in `source` where they are not the first label of `eventSource`. */
const SOURCES: Readonly<Record<string, string>> = { email: 'aws.ses' }

const DETAIL_TYPES: Readonly<Record<string, string>> = {
  AwsConsoleSignIn: 'AWS Console Signin via CloudTrail',
  AwsServiceEvent: 'AWS Service Event via CloudTrail',
}

/** A CloudTrail record as EventBridge delivers it. */
export function asDelivered(record: Json): Json {
  const { eventSource, eventType, eventTime, awsRegion } = record as Record<'eventSource' | 'eventType' | 'eventTime' | 'awsRegion', string>
  const [label = ''] = eventSource.split('.')
  return {
    version: '0',
    id: '6f87d04b-9f74-4f04-a780-7acf4b0a9b38',
    'detail-type': DETAIL_TYPES[eventType] ?? 'AWS API Call via CloudTrail',
    source: SOURCES[label] ?? `aws.${label}`,
    account: ACCOUNT,
    time: eventTime,
    region: awsRegion,
    resources: [],
    detail: record,
  }
}

/** The event of one call of a scenario, with what CloudTrail says of every record and a scenario leaves out. */
export function eventOf(call: Call): Json {
  const [service = '', operation = ''] = call.call.split(':')
  const action = `${service}:${operation.replace(/20\d{6}(v\d)?$/, '')}`
  const isData = DATA_CALLS.has(action)
  const record = recordOf(call, { id: 'event', time: TIME, n: 0 })
  return asDelivered({
    ...record,
    eventSource: `${EVENT_SOURCES[service] ?? service}.amazonaws.com`,
    readOnly: call.reads ?? isReadCall(action),
    managementEvent: !isData,
    eventCategory: isData ? 'Data' : 'Management',
  })
}

/** The events of the scenario that fires, of each detector. */
export function firingEvents(): { detector: string; events: Json[] }[] {
  return CATALOGUE.map(({ id }) => {
    const path = join(import.meta.dirname, '..', 'scenarios', `${id}.fires.json`)
    const { events } = Scenario.parse(JSON.parse(readFileSync(path, 'utf8')))
    return {
      detector: id,
      events: events.map((one) => {
        if ('reported' in one) return reportOf(one, { id: 'event', time: TIME }) as Json
        return 'exposed' in one ? { ...exposureOf(one, { id: 'event', time: TIME }), region: HOME_REGION } : eventOf(one)
      }),
    }
  })
}

/** One call with the defaults of a scenario. */
export function callOf(call: string, more: Partial<Call> = {}): Json {
  return eventOf({ ...asCall(call), ...more })
}

/** Who is delivered in which way, with a word for each. */
export const CALLERS: readonly Call['as'][] = ['ci-build', 'session', 'role', 'root', 'root-key', 'guest', 'github']

/** A month of ordinary days in a synthetic account, without the intrusion at the end, as events of the home region's bus. */
export function ordinaryEvents(seed: number): Json[] {
  const { history } = syntheticHistory({ seed, end: TIME, days: 30 })
  return (history as Json[]).map((record) => asDelivered({ managementEvent: true, ...record, awsRegion: HOME_REGION }))
}
