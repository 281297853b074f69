import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { sqsBatch } from './sqs-batch.ts'
import { responder } from './wiring/respond.ts'
import { logger, metrics } from './wiring/telemetry.ts'

/** Woken by the hot, the bulk and the bootstrap queue: reads events, judges them, hands incidents to contain. Cannot change IAM. */
export const handler = middy<SQSEvent, SQSBatchResponse, Error, Context>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .handler(sqsBatch(responder))
