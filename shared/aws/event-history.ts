import { type CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import type { EventHistory, HistoryPage, HistoryQuery } from '../ports/lookup.ts'

/** Pages of 50 records per lookup: 500 calls are about what a mature baseline needs. */
const PAGES = 10

/** LookupEvents allows two requests per second, account and region, and at most two functions look up at once: each makes one a second. */
const PAUSE_MS = 1_000

/** CloudTrail's event history of one region, which keeps management events for 90 days. All requests of one history share its pace. */
export function cloudTrailHistory(
  client: CloudTrailClient,
  {
    region,
    account,
    wait = (ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  }: { readonly region?: string; readonly account?: string; readonly wait?: (ms: number) => Promise<void> } = {},
): EventHistory {
  let isFirst = true
  const page: EventHistory['page'] = async (query, { since, until, next }): Promise<HistoryPage> => {
    if (!isFirst) await wait(PAUSE_MS)
    isFirst = false
    const { Events = [], NextToken } = await client.send(
      new LookupEventsCommand({
        LookupAttributes: [attributeOf(query)],
        MaxResults: 50,
        ...(since === undefined ? {} : { StartTime: new Date(since) }),
        ...(until === undefined ? {} : { EndTime: new Date(until) }),
        ...(next === undefined ? {} : { NextToken: next }),
      }),
    )
    return { records: Events.flatMap(({ CloudTrailEvent: text }) => (text === undefined ? [] : [parsed(text)])), next: NextToken }
  }
  return {
    region,
    account,
    page,
    async lookup(accessKeyId, since) {
      const records: unknown[] = []
      let next: string | undefined
      for (let at = 0; at < PAGES; at++) {
        const part = await page({ accessKeyId }, { ...(since === undefined ? {} : { since }), next })
        records.push(...part.records)
        next = part.next
        if (next === undefined) break
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
