import { type CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { type EventHistory, type HistoryPage, type HistoryQuery, LOOKUP_PAUSE_MS } from '../ports/lookup.ts'

/** Pages of 50 records per lookup: 500 calls are about what a mature baseline needs. */
const PAGES = 10

/** A worker has 60 s for a key, so a look-up of a key asks for no further page after this time: what was read until then is learned. Milliseconds. */
const LOOKUP_MS = 40_000

/**
 * CloudTrail's event history of one region, which keeps management events for 90 days. It waits `pauseMs` after each request and not before the next: which
 * instance of the function runs the next task is not known, and a pause that one of them remembers holds for no other.
 */
export function cloudTrailHistory(
  client: CloudTrailClient,
  {
    region,
    account,
    pauseMs = LOOKUP_PAUSE_MS.backfill,
    now = Date.now,
    wait = (ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  }: {
    readonly region?: string
    readonly account?: string
    readonly pauseMs?: number
    readonly now?: () => number
    readonly wait?: (ms: number) => Promise<void>
  } = {},
): EventHistory {
  const page: EventHistory['page'] = async (query, { since, until, next }): Promise<HistoryPage> => {
    const asked = client.send(
      new LookupEventsCommand({
        LookupAttributes: [attributeOf(query)],
        MaxResults: 50,
        ...(since === undefined ? {} : { StartTime: new Date(since) }),
        ...(until === undefined ? {} : { EndTime: new Date(until) }),
        ...(next === undefined ? {} : { NextToken: next }),
      }),
    )
    // Also where it was refused: a request that was throttled counts.
    const { Events = [], NextToken } = await asked.finally(() => wait(pauseMs))
    return { records: Events.flatMap(({ CloudTrailEvent: text }) => (text === undefined ? [] : [parsed(text)])), next: NextToken }
  }
  return {
    region,
    account,
    page,
    async lookup(accessKeyId, since, requests = PAGES) {
      const records: unknown[] = []
      let next: string | undefined
      const deadline = now() + LOOKUP_MS
      for (let at = 0; at < Math.min(requests, PAGES); at++) {
        const part = await page({ accessKeyId }, { ...(since === undefined ? {} : { since }), next })
        records.push(...part.records)
        next = part.next
        if (next === undefined || now() >= deadline) break
      }
      return records
    },
  }
}

function attributeOf(query: HistoryQuery) {
  return 'eventId' in query
    ? { AttributeKey: 'EventId' as const, AttributeValue: query.eventId }
    : { AttributeKey: 'AccessKeyId' as const, AttributeValue: query.accessKeyId }
}

/** Parses a record. Text that is not JSON is returned as it is; `normalise` then reports it as unreadable. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
