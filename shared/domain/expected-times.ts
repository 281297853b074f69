import { HOUR_MS, MINUTE_MS } from './time.ts'

/**
 * How long the oldest message of a queue may wait, in seconds. A containment should take seconds; bulk events wait five seconds for a batch; look-ups go at one
 * request a second, and a new stack meets many keys; contain looks again after up to 15 minutes; Slack takes about one message a second in a channel.
 */
export const LATE_SECONDS = {
  Confirmed: 60,
  Hot: 60,
  Tokens: 60,
  Bulk: 300,
  Bootstrap: 3600,
  Backfill: 600,
  Reverify: 1800,
  Notices: 600,
} as const

/** How often a stack makes the call by which it knows that events arrive. */
export const HEARTBEAT_MS = 5 * MINUTE_MS

/** Without that call for so long a stack is silent. */
export const SILENT_MS = HOUR_MS

/** Without a seal for so many hours something is wrong: a day, and two hours for the three attempts of a run. */
export const SEALED_HOURS = 26
