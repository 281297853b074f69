import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { z } from 'zod'
import { enforce } from '../shared/stages/contain/enforce.ts'
import { ports } from './wiring/contain.ts'
import { logger, metrics } from './wiring/telemetry.ts'

/** An incident id, and nothing else: what an attacker wrote never comes this way. */
const ContainRequest = z.strictObject({ incidentId: z.string().regex(/^inc-[0-9a-f]{12}$/) })

/** Woken by respond and by reviewers: makes the account what the incident's state says. Has no model and reads no events. */
export const handler = middy<unknown, void, Error, Context>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .handler((event) => enforce(ContainRequest.parse(event).incidentId, ports))
