import { setTimeout as sleep } from 'node:timers/promises'
import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import { type ExposureReport, REPORT_BUS_SOURCE, REPORT_DETAIL_TYPES, type RuntimeAlert } from '../domain/exposure-report.ts'
import { ResponderError } from '../errors.ts'
import type { ReportBus } from '../ports/intake.ts'

/**
 * The events that EventBridge takes in one request. It takes 256 KB as well, and ten of the largest reports are far from it.
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
const PER_REQUEST = 10

/** How long to wait before events that were refused are put again, in milliseconds. */
const WAITS_MS = [100, 500]

/** Puts reports on the stack's own event bus. Throws `store.unavailable` where EventBridge did not take all of them in three attempts. */
export function eventBridgeReportBus(
  client: EventBridgeClient,
  busName: string,
  wait: (ms: number) => Promise<unknown> = sleep,
): ReportBus {
  return {
    async put(reports) {
      for (let at = 0; at < reports.length; at += PER_REQUEST)
        await putAll(reports.slice(at, at + PER_REQUEST).map((report) => entryOf(report, busName)))
    },
  }

  async function putAll(entries: readonly PutEventsRequestEntry[]): Promise<void> {
    let refused = await put(entries)
    for (const ms of WAITS_MS) {
      if (refused.length === 0) return
      await wait(ms)
      refused = await put(refused)
    }
    if (refused.length > 0)
      throw new ResponderError(
        'store.unavailable',
        `the bus for reports took ${entries.length - refused.length} of ${entries.length} events; what is put again counts once`,
      )
  }

  /** Puts the entries, and returns those that were refused. The answer has one result for each, in their order. */
  async function put(entries: readonly PutEventsRequestEntry[]): Promise<readonly PutEventsRequestEntry[]> {
    const { FailedEntryCount, Entries = [] } = await client.send(new PutEventsCommand({ Entries: [...entries] }))
    return FailedEntryCount === 0 ? [] : entries.filter((_, at) => Entries[at]?.EventId === undefined)
  }
}

/** A report as an event of the bus. */
export function entryOf(report: ExposureReport | RuntimeAlert, busName: string): PutEventsRequestEntry {
  return {
    EventBusName: busName,
    Source: REPORT_BUS_SOURCE,
    DetailType: 'rule' in report ? REPORT_DETAIL_TYPES.runtime : REPORT_DETAIL_TYPES.exposure,
    Detail: JSON.stringify(report),
  }
}
