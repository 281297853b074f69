import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamo, iamClient, secretsClient, snsClient, sqsClient } from '../../shared/aws/clients.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { noticesTo } from '../../shared/aws/notifier.ts'
import { secretsManagerVault } from '../../shared/aws/vault.ts'
import { RotateConfig, readEnvironment } from '../../shared/config.ts'
import type { RotatePorts } from '../../shared/ports/rotate.ts'
import { log } from './telemetry.ts'

const config = readEnvironment(RotateConfig, process.env)
const table = { client: dynamo(), name: config.TABLE_NAME }

export const ports: RotatePorts = {
  incidents: dynamoIncidentStore(table),
  record: dynamoChangeRecord(table),
  iam: awsIam(iamClient(), config.ACCOUNT_ID),
  vault: secretsManagerVault(secretsClient()),
  notifier: noticesTo({ queueUrl: config.NOTICE_QUEUE_URL, topicArn: config.NOTIFY_TOPIC_ARN }, { sqs: sqsClient(), sns: snsClient() }),
  clock: { now: () => Date.now() },
  log,
}
