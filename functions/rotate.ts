import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { rotate } from '../shared/contain/rotate/rotate.ts'
import { IncidentRequest } from './incident-request.ts'
import { ports } from './wiring/rotate.ts'
import { logger, metrics } from './wiring/telemetry.ts'

/** Woken by reviewers and by the sweep: makes the keys of a confirmed incident anew. Reads no events and changes no policy. */
export const handler = middy<unknown, void, Error, Context>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .handler((event) => rotate(IncidentRequest.parse(event).incidentId, ports))
