import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy, { type MiddyfiedHandler } from '@middy/core'
import type { Context } from 'aws-lambda'
import { logger, metrics } from './wiring/telemetry.ts'

/** A Lambda handler that logs with the request id and sends the metrics that `log` counts. Every function of the stack uses it. */
export function lambdaHandler<E, R>(work: (event: E, context: Context) => Promise<R>): MiddyfiedHandler<E, R, Error, Context> {
  return middy<E, R, Error, Context>().use(injectLambdaContext(logger)).use(logMetrics(metrics)).handler(work)
}
