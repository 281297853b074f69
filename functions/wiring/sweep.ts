import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamo, iamClient, lambdaClient, snsClient, sqsClient } from '../../shared/aws/clients.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { lambdaContainInvoker, lambdaRotateInvoker, sqsBackfillQueue } from '../../shared/aws/invokers.ts'
import { noticesTo, snsNotifier } from '../../shared/aws/notifier.ts'
import { readEnvironment, SweepConfig } from '../../shared/config.ts'
import type { SweepPorts } from '../../shared/ports/sweep.ts'
import { log } from './telemetry.ts'

const config = readEnvironment(SweepConfig, process.env)
const table = { client: dynamo(), name: config.TABLE_NAME }
const { ROTATE_FUNCTION_NAME: rotate } = config

export const ports: SweepPorts = {
  incidents: dynamoIncidentStore(table),
  record: dynamoChangeRecord(table),
  iam: awsIam(iamClient(), config.ACCOUNT_ID),
  containInvoker: lambdaContainInvoker(lambdaClient(), config.CONTAIN_FUNCTION_NAME),
  rotateInvoker: rotate === undefined ? undefined : lambdaRotateInvoker(lambdaClient(), rotate),
  backfillQueue: sqsBackfillQueue(sqsClient(), config.BACKFILL_QUEUE_URL),
  notifier: noticesTo({ queueUrl: config.NOTICE_QUEUE_URL, topicArn: config.NOTIFY_TOPIC_ARN }, { sqs: sqsClient(), sns: snsClient() }),
  // Straight to its topic: who is to be woken is not told by the way that brought no answer.
  pager: snsNotifier(snsClient(), config.ON_CALL_TOPIC_ARN),
  clock: { now: () => Date.now() },
  log,
}
