import { type CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import type { EventHistory } from '../ports/lookup.ts'

/** Pages of 50 records per lookup: 500 calls are about what a mature baseline needs. */
const PAGES = 10

/** Pause between pages. LookupEvents allows two requests per second, account and region, and at most two lookups run at once. */
const PAUSE_MS = 1_000

/** Looks up the CloudTrail events of a key, newest first, at most 500 records. CloudTrail keeps 90 days. */
export function cloudTrailHistory(
  client: CloudTrailClient,
  wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
): EventHistory {
  return {
    async lookup(accessKeyId, since) {
      const records: unknown[] = []
      let next: string | undefined
      for (let page = 0; page < PAGES; page++) {
        if (page > 0) await wait(PAUSE_MS)
        const LookupAttributes = [{ AttributeKey: 'AccessKeyId' as const, AttributeValue: accessKeyId }]
        const answer = await client.send(
          new LookupEventsCommand({
            LookupAttributes,
            MaxResults: 50,
            ...(since === undefined ? {} : { StartTime: new Date(since) }),
            ...(next === undefined ? {} : { NextToken: next }),
          }),
        )
        for (const { CloudTrailEvent } of answer.Events ?? []) if (CloudTrailEvent !== undefined) records.push(parsed(CloudTrailEvent))
        next = answer.NextToken
        if (next === undefined) break
      }
      return records
    },
  }
}

/** Parses a record. Text that is not JSON is returned as it is; `normalise` then reports it as unreadable. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
