import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { receive } from '../shared/slack/receive.ts'
import { signedRequest } from './http-request.ts'
import { ports } from './wiring/slack.ts'
import { logger, metrics } from './wiring/telemetry.ts'

/** Woken by the HTTP API: checks Slack's signature, hands a press on to review and acknowledges it. Reads one secret and no table. */
export const handler = middy<unknown, { statusCode: number }, Error, Context>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .handler(async (event) => ({ statusCode: (await receive(signedRequest(event), ports)).status }))
