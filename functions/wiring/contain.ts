import { dynamoBreaker } from '../../shared/aws/breaker.ts'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamo, iamClient, snsClient, sqsClient } from '../../shared/aws/clients.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { sqsReverifyQueue } from '../../shared/aws/invokers.ts'
import { noticesTo } from '../../shared/aws/notifier.ts'
import { ContainConfig, readEnvironment } from '../../shared/config.ts'
import type { ContainPorts } from '../../shared/ports/contain.ts'
import { log } from './telemetry.ts'

const config = readEnvironment(ContainConfig, process.env)
const table = { client: dynamo(), name: config.TABLE_NAME }

export const ports: ContainPorts = {
  incidents: dynamoIncidentStore(table),
  record: dynamoChangeRecord(table),
  breaker: dynamoBreaker(table),
  iam: awsIam(iamClient(), config.ACCOUNT_ID),
  notifier: noticesTo({ queueUrl: config.NOTICE_QUEUE_URL, topicArn: config.NOTIFY_TOPIC_ARN }, { sqs: sqsClient(), sns: snsClient() }),
  reverifyQueue: sqsReverifyQueue(sqsClient(), config.REVERIFY_QUEUE_URL),
  account: config.ACCOUNT_ID,
  quarantinePolicyArn: config.QUARANTINE_POLICY_ARN,
  clock: { now: () => Date.now() },
  log,
}
