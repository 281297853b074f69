import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { REPORT_BUS_SOURCE, REPORT_DETAIL_TYPES } from '../domain/exposure-report.ts'
import { ResponderError } from '../errors.ts'
import type { ReportBus } from '../ports/intake.ts'

/** What EventBridge takes in one request. @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const PER_REQUEST = 10

/** Puts reports on the stack's own event bus. Throws `store.unavailable` where EventBridge did not take all of them. */
export function eventBridgeReportBus(client: EventBridgeClient, busName: string): ReportBus {
  return {
    async put(reports) {
      for (let at = 0; at < reports.length; at += PER_REQUEST) {
        const Entries = reports.slice(at, at + PER_REQUEST).map((report) => ({
          EventBusName: busName,
          Source: REPORT_BUS_SOURCE,
          DetailType: 'rule' in report ? REPORT_DETAIL_TYPES.runtime : REPORT_DETAIL_TYPES.exposure,
          Detail: JSON.stringify(report),
        }))
        const { FailedEntryCount = 0 } = await client.send(new PutEventsCommand({ Entries }))
        if (FailedEntryCount > 0)
          throw new ResponderError(
            'store.unavailable',
            `the bus for reports took ${Entries.length - FailedEntryCount} of ${Entries.length} events`,
          )
      }
    },
  }
}
