import type { Outcome } from './scenarios.ts'

/** Beyond this a decision is late. */
const LATE_MS = 5000

/** What is read of an outcome. Shares from 0 to 1, times in milliseconds, writes in units for each event. */
export interface Row {
  readonly events: number
  /** Dead letters. */
  readonly lost: number
  /** Delivered more than once. */
  readonly again: number
  /** Later than 5 s after it was sent, and after the function was first called with it: the first includes the time in the queue. */
  readonly lateOfSent: number
  readonly lateOfHanded: number
  readonly p50: number
  readonly p99: number
  readonly useful: number
  readonly wasted: number
  /** Of all writes, those whose condition failed. */
  readonly wastedShare: number
  readonly conflicts: number
  readonly timeouts: number
  /** From an exposure to contain, at the 99th percentile. */
  readonly contain: number | undefined
  /** From sending to decision of what is looked at apart, at the 99th percentile. */
  readonly beside: number | undefined
}

/** Summarises what became of the events of a load. Lost are those beside it too; all else but `beside` and `contain` is of the load alone. */
export function rowOf({ messages: events, beside, meter, timeouts, containments }: Outcome): Row {
  const share = (is: (message: (typeof events)[number]) => boolean) => events.filter(is).length / events.length
  const since = (from: number | undefined, until: number | undefined) => (from === undefined ? Infinity : (until ?? Infinity) - from)
  const lags = events.map(({ sentAt, decidedAt }) => since(sentAt, decidedAt))
  const written = meter.usefulWrites + meter.wastedWrites
  return {
    events: events.length,
    lost: [...events, ...beside].filter(({ isDead }) => isDead).length / (events.length + beside.length),
    again: share(({ receives }) => receives > 1),
    lateOfSent: lags.filter((lag) => lag > LATE_MS).length / events.length,
    lateOfHanded: share(({ handedAt, decidedAt }) => since(handedAt, decidedAt) > LATE_MS),
    p50: quantile(lags, 0.5),
    p99: quantile(lags, 0.99),
    useful: meter.usefulWrites / events.length,
    wasted: meter.wastedWrites / events.length,
    wastedShare: meter.wastedWrites / written,
    conflicts: meter.conflicts,
    timeouts,
    contain: containments.length === 0 ? undefined : quantile(containments, 0.99),
    beside:
      beside.length === 0
        ? undefined
        : quantile(
            beside.map(({ sentAt, decidedAt }) => since(sentAt, decidedAt)),
            0.99,
          ),
  }
}

/** The least value that a share of all does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

const percent = (share: number) => `${(100 * share).toFixed(share > 0 && share < 0.01 ? 2 : 1)} %`
const seconds = (ms: number | undefined) => (ms === undefined ? '' : Number.isFinite(ms) ? `${(ms / 1000).toFixed(2)} s` : 'never')

const COLUMNS: readonly (readonly [string, (row: Row) => string])[] = [
  ['events', ({ events }) => String(events)],
  ['lost', ({ lost }) => percent(lost)],
  ['again', ({ again }) => percent(again)],
  ['>5s sent', ({ lateOfSent }) => percent(lateOfSent)],
  ['>5s handed', ({ lateOfHanded }) => percent(lateOfHanded)],
  ['p50', ({ p50 }) => seconds(p50)],
  ['p99', ({ p99 }) => seconds(p99)],
  ['useful', ({ useful }) => useful.toFixed(3)],
  ['wasted', ({ wasted }) => wasted.toFixed(3)],
  ['share', ({ wastedShare }) => percent(wastedShare)],
  ['conflicts', ({ conflicts }) => String(conflicts)],
  ['timeouts', ({ timeouts }) => String(timeouts)],
  ['contain p99', ({ contain }) => seconds(contain)],
  ['beside p99', ({ beside }) => seconds(beside)],
]

const NAME_WIDTH = 44
const WIDTH = 12

/** The line above the rows. */
export function header(): string {
  return `${''.padEnd(NAME_WIDTH)}${COLUMNS.map(([name]) => name.padStart(WIDTH)).join('')}`
}

/** One row as text. */
export function line(name: string, row: Row): string {
  return `${name.padEnd(NAME_WIDTH)}${COLUMNS.map(([, text]) => text(row).padStart(WIDTH)).join('')}`
}
