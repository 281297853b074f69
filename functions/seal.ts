import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { dynamoChangeRecord } from '../shared/aws/change-record.ts'
import { dynamo, s3Client } from '../shared/aws/clients.ts'
import { s3SealVault } from '../shared/aws/seal-vault.ts'
import { readEnvironment, SealConfig } from '../shared/config.ts'
import { seal } from '../shared/record/seal.ts'
import { log, logger, metrics } from './wiring/telemetry.ts'

const config = readEnvironment(SealConfig, process.env)
const ports = {
  record: dynamoChangeRecord({ client: dynamo(), name: config.TABLE_NAME }),
  vault: s3SealVault(s3Client(), config.SEAL_BUCKET),
  clock: { now: () => Date.now() },
  log,
}

/** Woken once a day: seals the ends of all chains into a bucket that keeps them. Reads no incident and writes no chain but its own. */
export const handler = middy<unknown, void, Error, Context>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .handler(async () => void (await seal(ports)))
