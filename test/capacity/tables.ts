import { PRICES } from '../rules/cost.ts'
import type { ArchiveCost } from './measure-archive.ts'
import type { Flood } from './measure-flood.ts'

/** What `npm run capacity` measured. Of each row all but `perDay`, `batch` and `p99Ms` is for one event. */
export interface Measured {
  readonly rows: readonly {
    readonly lane: string
    readonly perDay: number
    /** Events of one invocation. */
    readonly batch: number
    readonly billedMs: number
    readonly p99Ms: number
    readonly events: number
    readonly calls: number
    readonly writes: number
    readonly reads: number
    readonly cpuMs: number
  }[]
  /** By class of items: how many there were, and the bytes of one. */
  readonly sizes: readonly { readonly name: string; readonly count: number; readonly bytes: number }[]
  readonly floods: readonly Flood[]
  readonly archives: readonly ArchiveCost[]
}

/** Lambda receives and deletes ten messages by one request of SQS. */
const PER_REQUEST = 10
/** As the tables count a month. */
export const DAYS_A_MONTH = 30
const GIGABYTE = 2 ** 30

/** The tables of docs/capacity.md. */
export function capacityTables({ rows, sizes, floods, archives }: Measured): {
  events: string
  storage: string
  floods: string
  archives: string
} {
  const events = rows.map((row) => {
    const requests = requestsOf(row)
    const usd = usdOf(row)
    return [
      row.lane,
      thousands(row.perDay),
      row.batch.toFixed(1),
      row.calls.toFixed(2),
      requests.toFixed(2),
      row.writes.toFixed(2),
      row.reads.toFixed(2),
      row.billedMs.toFixed(1),
      row.cpuMs.toFixed(2),
      `${(row.p99Ms / 1000).toFixed(2)} s`,
      (usd * 1e6).toFixed(2),
      (usd * row.perDay * DAYS_A_MONTH).toFixed(2),
    ]
  })
  const storage = sizes.map(({ name, count, bytes }) => [
    `\`${name}\``,
    String(count),
    String(Math.round(bytes)),
    (monthly(bytes) * 1e6).toFixed(2),
  ])
  const flooded = floods.map(({ calls, items, writes, reads, estimate }) => [
    thousands(calls),
    thousands(items),
    thousands(writes),
    thousands(reads),
    (writes * PRICES.writeUnit + reads * PRICES.readUnit).toFixed(4),
    thousands(estimate),
  ])
  const archived = archives.map(({ calls, items, tableBytes, leftBytes, objectBytes, writes, reads }) => {
    const { writeUnit, readUnit, objectPut, objectGet, archivedGigabyteMonth } = PRICES
    const move = writes * writeUnit + reads * readUnit + objectPut + objectGet
    const [kept, left] = [monthly(tableBytes), monthly(leftBytes) + (objectBytes * archivedGigabyteMonth) / GIGABYTE]
    return [
      thousands(calls),
      thousands(items),
      thousands(tableBytes),
      thousands(leftBytes),
      thousands(objectBytes),
      thousands(writes),
      thousands(reads),
      (move * 1e6).toFixed(2),
      (kept * 1e6).toFixed(2),
      (left * 1e6).toFixed(2),
      thousands(Math.ceil(move / (kept - left))),
    ]
  })
  return {
    archives: table(
      [
        'calls in the timeline',
        'items',
        'bytes in the table',
        'bytes left there',
        'bytes of the object',
        'write units',
        'read units',
        'USD to move a million',
        'USD a month for a million in the table',
        'USD a month for a million archived',
        'months until it has paid',
      ],
      archived,
    ),
    floods: table(['calls', 'items', 'write units', 'read units', 'USD', 'calls that the timeline says'], flooded),
    events: table(
      [
        'lane',
        'events a day',
        'in a batch',
        'calls of the table',
        'requests of SQS',
        'write units',
        'read units',
        'billed ms',
        'processor ms here',
        'decided, p99',
        'USD a million',
        'USD a month',
      ],
      events,
    ),
    storage: table(['class', 'in the run', 'bytes of one, mean', 'USD a month for a million'], storage),
  }
}

/** What bytes in the table cost a month. */
function monthly(bytes: number): number {
  return (bytes * PRICES.storedGigabyteMonth) / GIGABYTE
}

/** What one event costs in USD, by what was measured of it. */
export function usdOf(row: Measured['rows'][number]): number {
  const { batch, billedMs, writes, reads } = row
  const { queueRequest, invocation, gigabyteSecond, writeUnit, readUnit } = PRICES
  return requestsOf(row) * queueRequest + invocation / batch + (billedMs / 1000) * gigabyteSecond + writes * writeUnit + reads * readUnit
}

function requestsOf({ batch }: Measured['rows'][number]): number {
  return 1 + (2 * Math.ceil(batch / PER_REQUEST)) / batch
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('')
}

function thousands(count: number): string {
  return count.toLocaleString('en-US')
}
