import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { dynamoChangeRecord } from '../shared/aws/change-record.ts'
import { dynamo } from '../shared/aws/clients.ts'
import { readEnvironment, SeedConfig } from '../shared/config.ts'
import { seedPolicy } from '../shared/record/policy-in-force.ts'
import { log, logger } from './wiring/telemetry.ts'

const config = readEnvironment(SeedConfig, process.env)
const record = dynamoChangeRecord({ client: dynamo(), name: config.TABLE_NAME })

/** Run by a deploy: puts the policy that was deployed in force where none is. A policy that is there stays. */
export const handler = middy<unknown, void, Error, Context>()
  .use(injectLambdaContext(logger))
  .handler(async () =>
    seedPolicy(JSON.parse(await readFile(join(import.meta.dirname, 'policy.json'), 'utf8')), {
      record,
      clock: { now: () => Date.now() },
      log,
    }),
  )
