import { setTimeout } from 'node:timers/promises'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamo, lambdaClient, secretsClient, snsClient } from '../../shared/aws/clients.ts'
import { lambdaContainDoor } from '../../shared/aws/doors.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { snsNotifier } from '../../shared/aws/notifier.ts'
import { dynamoPostings } from '../../shared/aws/postings.ts'
import { slackSecret } from '../../shared/aws/slack-secret.ts'
import { ReviewConfig, readEnvironment } from '../../shared/config.ts'
import { slackApi } from '../../shared/slack/api.ts'
import { slackNotifier } from '../../shared/slack/notifier.ts'
import type { PressPorts } from '../../shared/slack/press.ts'
import { explainByFacts } from '../../shared/stages/explain-by-facts.ts'
import { log } from './telemetry.ts'

const SLACK_TIMEOUT_MS = 5_000

/** Slack puts off who posts too fast for some seconds. Who is put off for longer tells people by another way. */
const PATIENCE_MS = 10_000

const config = readEnvironment(ReviewConfig, process.env)
const table = { client: dynamo(), name: config.TABLE_NAME }
const clock = { now: () => Date.now() }
const secret = slackSecret(secretsClient(), config.SLACK_SECRET_NAME, clock)

const incidents = dynamoIncidentStore(table)
const record = dynamoChangeRecord(table)
const slack = async () =>
  slackApi({
    token: (await secret()).botToken,
    url: config.SLACK_API_URL,
    timeoutMs: SLACK_TIMEOUT_MS,
    patienceMs: PATIENCE_MS,
    wait: (ms) => setTimeout(ms),
  })

export const pressPorts: PressPorts = {
  incidents,
  record,
  containDoor: lambdaContainDoor(lambdaClient(), config.CONTAIN_FUNCTION_NAME),
  clock,
  slack,
  explain: explainByFacts,
  log,
}

export const notifier = slackNotifier({
  slack,
  channel: config.SLACK_CHANNEL,
  postings: dynamoPostings(table),
  incidents,
  record,
  fallback: snsNotifier(snsClient(), config.NOTIFY_TOPIC_ARN),
  log,
})
