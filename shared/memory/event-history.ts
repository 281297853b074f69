import { timeOf as timeIn } from '../domain/record-time.ts'
import type { EventHistory, HistoryQuery } from '../ports/lookup.ts'

/** Records per lookup, the same limit as on AWS: 10 pages of 50. */
const RECORDS = 500

/** Records per request, as LookupEvents has it. */
const PAGE = 50

/** The history in given CloudTrail records, which are ordered oldest first. Records that are added later are found too. */
export function memoryHistory(records: readonly unknown[], region?: string, account?: string): EventHistory {
  const found = (query: HistoryQuery, since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY) =>
    records.filter((record) => matches(record, query) && !(timeOf(record) < since) && !(timeOf(record) > until)).reverse()
  return {
    region,
    account,
    async lookup(accessKeyId, since, requests = RECORDS / PAGE) {
      return found({ accessKeyId }, since).slice(0, Math.min(RECORDS, requests * PAGE))
    },
    async page(query, { since, until, next }) {
      const all = found(query, since, until)
      const at = Number(next ?? 0)
      return { records: all.slice(at, at + PAGE), next: at + PAGE < all.length ? String(at + PAGE) : undefined }
    },
  }
}

function matches(record: unknown, query: HistoryQuery): boolean {
  const { userIdentity, eventID } = record as { userIdentity?: { accessKeyId?: unknown }; eventID?: unknown }
  return 'eventId' in query ? eventID === query.eventId : userIdentity?.accessKeyId === query.accessKeyId
}

function timeOf(record: unknown): number {
  return timeIn((record as { eventTime?: unknown }).eventTime) ?? Number.NaN
}
