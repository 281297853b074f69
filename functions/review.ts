import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { reviewEvent } from './review-event.ts'
import { reviewer } from './wiring/review.ts'
import { logger, metrics } from './wiring/telemetry.ts'

/** Woken by the slack function with what a person pressed, and by the notice queue: applies a verdict, tells people. No IAM. */
export const handler = middy<unknown, void, Error, Context>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .handler(reviewEvent(reviewer))
