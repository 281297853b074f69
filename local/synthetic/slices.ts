import { MINUTE_MS } from '../../shared/domain/time.ts'
import type { CloudTrailRecord } from './record.ts'

/** The most calls that are evaluated together: about half a day of the history. */
const MOST = 100

/** How long after a change of IAM people have answered what it asked. */
const ANSWERED_MS = 15 * MINUTE_MS

/** Calls of a history that are evaluated together, and the time at which they are (epoch ms). */
export interface Slice {
  readonly records: readonly CloudTrailRecord[]
  readonly end: number
}

/**
 * The slices of a history that is in the order of time. A change of IAM by a user begins one, so that it is asked of what is in force then, and a quarter of an hour later that
 * one is over: people have answered by then.
 */
export function slicesOf(history: readonly CloudTrailRecord[]): Slice[] {
  const slices: Slice[] = []
  let records: CloudTrailRecord[] = []
  let answeredAt = Number.POSITIVE_INFINITY
  const close = (end: number) => {
    if (records.length > 0) slices.push({ records, end })
    records = []
  }
  for (const record of history) {
    const time = timeIn(record)
    const isChange = isIamChange(record)
    if (time >= answeredAt) {
      close(answeredAt)
      answeredAt = Number.POSITIVE_INFINITY
    } else if (isChange || records.length >= MOST) close(timeIn(records.at(-1) ?? record))
    if (isChange) answeredAt = Math.min(answeredAt, time + ANSWERED_MS)
    records.push(record)
  }
  close(timeIn(history.at(-1) ?? { eventTime: '' }))
  return slices
}

function isIamChange({ eventSource, readOnly, userIdentity }: CloudTrailRecord): boolean {
  return eventSource === 'iam.amazonaws.com' && readOnly === false && (userIdentity as { type?: string }).type === 'IAMUser'
}

function timeIn({ eventTime }: Pick<CloudTrailRecord, 'eventTime'>): number {
  return Date.parse(eventTime)
}
