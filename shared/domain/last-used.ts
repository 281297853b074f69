import * as z from 'zod'
import { PROBATION_MS } from './baseline.ts'
import { type Shape, Time } from './stored.ts'
import { DAY_MS } from './time.ts'

/**
 * Services whose data plane IAM's last-used data shows: each call of it is a signed request to the service's own API. Missing are those that are signed in to by
 * a protocol of their own (databases, SMTP, NFS, MQTT, the agents of Systems Manager): that they were never used may only mean that nobody noted it.
 */
export const DATA_PLANE_SERVICES = [
  'cloudwatch',
  'dynamodb',
  'events',
  'firehose',
  'kinesis',
  'lambda',
  'logs',
  'rds-data',
  's3',
  'sagemaker',
  'sns',
  'sqs',
] as const
export type DataPlaneService = (typeof DATA_PLANE_SERVICES)[number]

/** AWS has some 450 service prefixes; an answer of IAM that names more as used is none. */
const SERVICES_LIMIT = 600

/** So many snapshots are kept: an intruder has to be quiet for as many nights before anything of it counts. */
export const SNAPSHOTS_KEPT = 3

/** A service prefix of IAM, such as `s3`. */
export const ServicePrefix = z.string().regex(/^[a-z0-9-]{1,40}$/)

/** What IAM said of one identity at one time (epoch ms): which services it used last when, refused attempts among them. */
export const LastUsedSnapshot = z
  .strictObject({
    /** When IAM was asked. */
    takenAt: Time,
    used: z
      .array(z.strictObject({ service: ServicePrefix, at: Time }).readonly())
      .max(SERVICES_LIMIT)
      .readonly(),
    /**
     * Of `DATA_PLANE_SERVICES`, those that its policies let it use and that it never used within the 400 days that IAM looks back. What its policies do not let it use is
     * in neither list: IAM says nothing of what policies of buckets and queues let it do.
     */
    neverUsed: z.array(z.enum(DATA_PLANE_SERVICES)).max(DATA_PLANE_SERVICES.length).readonly(),
  })
  .readonly()
export type LastUsedSnapshot = z.infer<typeof LastUsedSnapshot>

/** The last-used data of one identity, newest snapshot first. */
export const LastUsed = z
  .strictObject({
    /** Which user or role it is about, by IAM's unique id, where that is known: another one may get the name. */
    principalId: z.string().max(64).exactOptional(),
    snapshots: z.array(LastUsedSnapshot).max(SNAPSHOTS_KEPT).readonly(),
  })
  .readonly()
export type LastUsed = z.infer<typeof LastUsed>

/** How last-used data is stored. */
export const LAST_USED_SHAPE: Shape<LastUsed> = { version: 1, schema: LastUsed, migrations: new Map() }

/** With one more snapshot; the oldest is dropped where there are more than are kept. */
export function withSnapshot(before: LastUsed | undefined, snapshot: LastUsedSnapshot, principalId: string | undefined): LastUsed {
  const isOther = before?.principalId !== undefined && principalId !== undefined && before.principalId !== principalId
  const snapshots = [snapshot, ...(isOther ? [] : (before?.snapshots ?? []))].sort((a, b) => b.takenAt - a.takenAt).slice(0, SNAPSHOTS_KEPT)
  const known = principalId ?? before?.principalId
  return { ...(known === undefined ? {} : { principalId: known }), snapshots }
}

/** What last-used data says of an identity as it was before it was suspected. */
export interface UsedBefore {
  /** When the newest snapshot was taken that counts (epoch ms). */
  readonly takenAt: number
  readonly used: readonly string[]
  readonly neverUsed: readonly DataPlaneService[]
}

/**
 * What was used longer ago than this is no habit of now. A quarter: what is done at the end of each one is still known, and what was set up once with many services
 * is not. Milliseconds.
 */
const HABIT_MS = 90 * DAY_MS

/**
 * That a service was never used says nothing any more once the snapshot is older: what the owner began to use since then would be denied. Two nights, of which one may have
 * been missed. Milliseconds.
 */
const FRESH_MS = 2 * DAY_MS

/**
 * What counts of the snapshots of an identity whose first suspicious signal was at `since` (epoch ms); undefined where none was taken before.
 *
 * IAM keeps the last time only, and counts refused attempts: an intruder who touches a service writes it there. So the oldest snapshot alone says what was used,
 * and nothing counts that was used within 20 hours before the signal. A service was never used where a fresh snapshot says so and none shows a use from before that.
 */
export function usedBefore({ snapshots }: LastUsed, since: number): UsedBefore | undefined {
  const before = snapshots.filter(({ takenAt }) => takenAt < since).sort((a, b) => b.takenAt - a.takenAt)
  const [newest, oldest] = [before[0], before.at(-1)]
  if (newest === undefined || oldest === undefined) return undefined
  const isOld = ({ at }: { readonly at: number }) => at <= since - PROBATION_MS
  const everUsed = new Set(before.flatMap(({ used }) => used.filter(isOld).map(({ service }) => service)))
  const fresh = before.filter(({ takenAt }) => takenAt >= since - FRESH_MS)
  return {
    takenAt: newest.takenAt,
    used: oldest.used.filter((one) => isOld(one) && one.at >= since - HABIT_MS).map(({ service }) => service),
    neverUsed: DATA_PLANE_SERVICES.filter(
      (service) => !everUsed.has(service) && fresh.some(({ neverUsed }) => neverUsed.includes(service)),
    ),
  }
}
