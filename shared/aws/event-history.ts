import { type CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import type { EventHistory } from '../ports/lookup.ts'

/** 10 pages of 50: about what a baseline needs to be mature. */
const PAGES = 10

/** LookupEvents allows two requests a second per account and region; two of these run at once at most. */
const PAUSE_MS = 1_000

/** What CloudTrail keeps of a key for 90 days, newest first, at most 500 records. */
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

/** A record that is not JSON comes out as its text, which normalise then calls unreadable. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
