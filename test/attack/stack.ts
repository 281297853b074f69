import { memoryLog } from '../../shared/memory/log.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { GeoIp } from '../../shared/ports/lookup.ts'
import type { Trust } from '../../shared/sense/believe.ts'
import { ACCOUNT, embedded, NOW } from '../embedded.ts'

/** What a stack believes: the events that AWS puts on the bus about its own account. */
export const FROM_THE_BUS: Trust = { kind: 'event-bus', accounts: new Set([ACCOUNT]) }

/** The responder as it is deployed, in memory: it takes events of the bus, and the clock stands at `NOW`. */
export async function deployed(parts: Parameters<typeof embedded>[0] & { trust?: Trust; geoIp?: GeoIp } = {}) {
  const { trust = FROM_THE_BUS, geoIp, ...rest } = parts
  const world = await embedded(rest)
  const log = memoryLog()
  const ports = { ...world.ports, log, geoIp: geoIp ?? world.ports.geoIp }
  return { ...world, log, ports, respond: pipeline(ports, undefined, trust) }
}

/** A CloudTrail record in the envelope in which EventBridge delivers it. `parts` replace members of the envelope; `undefined` leaves one out. */
export function delivered(record: object, parts: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { eventSource, eventTime } = record as { eventSource: string; eventTime: string }
  const event: Record<string, unknown> = {
    version: '0',
    id: '6f87d04b-9f74-4f04-a780-7acf4b0a9b38',
    'detail-type': eventSource === 'signin.amazonaws.com' ? 'AWS Console Sign In via CloudTrail' : 'AWS API Call via CloudTrail',
    source: `aws.${eventSource.split('.')[0]}`,
    account: ACCOUNT,
    time: eventTime,
    region: 'us-east-1',
    resources: [],
    detail: { recipientAccountId: ACCOUNT, ...record },
    ...parts,
  }
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined))
}

/** A time as CloudTrail writes it: milliseconds after `NOW`. */
export const at = (ms: number) => new Date(NOW + ms).toISOString()
