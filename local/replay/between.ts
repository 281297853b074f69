import { isFields } from '../../shared/sense/fields.ts'
import { timeIn } from '../read/timed.ts'

/** The time that is asked for, epoch milliseconds; `until` is exclusive. */
export interface Span {
  readonly since: number
  readonly until: number
}

/** True for a record in the span. One without a readable time is kept, so that it is counted as unreadable. */
export function isBetween(record: unknown, { since, until }: Span): boolean {
  if (since === Number.NEGATIVE_INFINITY && until === Number.POSITIVE_INFINITY) return true
  const at = isFields(record) ? timeIn(record) : undefined
  return at === undefined || (at >= since && at < until)
}
