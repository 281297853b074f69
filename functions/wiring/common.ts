import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamo, snsClient, sqsClient } from '../../shared/aws/clients.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { noticesTo } from '../../shared/aws/notifier.ts'
import type { Table } from '../../shared/aws/table.ts'
import type { Notifier } from '../../shared/ports/notices.ts'
import type { Clock, Log } from '../../shared/ports/runtime.ts'
import type { ChangeRecord, IncidentStore } from '../../shared/ports/stores.ts'
import { log } from './telemetry.ts'

/** The adapters that almost every function uses. */
export interface Common {
  readonly table: Table
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly clock: Clock
  readonly log: Log
}

/** The system clock and the log of the function. */
export const runtime: { readonly clock: Clock; readonly log: Log } = { clock: { now: () => Date.now() }, log }

/** The shared adapters over the table that the environment names. */
export function common({ TABLE_NAME }: { readonly TABLE_NAME: string }): Common {
  const table = { client: dynamo(), name: TABLE_NAME }
  return { table, incidents: dynamoIncidentStore(table), record: dynamoChangeRecord(table), ...runtime }
}

/** Sends notices to the notice queue where there is one, from which review posts to Slack; otherwise to the SNS topic. */
export function notifierOf(
  config: { readonly NOTICE_QUEUE_URL?: string | undefined; readonly NOTIFY_TOPIC_ARN: string; readonly STACK_NAME: string },
  sqs = sqsClient(),
): Notifier {
  const { NOTICE_QUEUE_URL: queueUrl, NOTIFY_TOPIC_ARN: topicArn, STACK_NAME: stackName } = config
  return noticesTo({ queueUrl, topicArn, stackName }, { sqs, sns: snsClient() })
}
