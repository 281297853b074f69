import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { dynamoChangeRecord } from '../shared/aws/change-record.ts'
import { dynamo } from '../shared/aws/clients.ts'
import { dynamoIncidentStore } from '../shared/aws/incident-store.ts'
import { LearnConfig, readEnvironment } from '../shared/config.ts'
import { tighten } from '../shared/learn/learn.ts'
import { log, logger, metrics } from './wiring/telemetry.ts'

const config = readEnvironment(LearnConfig, process.env)
const table = { client: dynamo(), name: config.TABLE_NAME }
const ports = { incidents: dynamoIncidentStore(table), record: dynamoChangeRecord(table), clock: { now: () => Date.now() }, log }

/** Woken every night: autoTighten the policy by verdicts, inside the bounds that it sets for that. Cannot loosen it. */
export const handler = middy<unknown, void, Error, Context>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .handler(async () => void (await tighten(ports)))
