import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { sweep } from '../shared/review/sweep.ts'
import { ports } from './wiring/sweep.ts'
import { logger, metrics } from './wiring/telemetry.ts'

/** Woken by a schedule: looks after every open incident. Cannot change IAM. */
export const handler = middy<unknown, number, Error, Context>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .handler(() => sweep(ports))
