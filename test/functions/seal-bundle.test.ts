import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { s3Client } from '../../shared/aws/clients.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { s3SealVault } from '../../shared/aws/seal-vault.ts'
import { audit } from '../../shared/record/audit.ts'
import { type EmbeddedTable, embeddedTable } from '../contract/embedded-table.ts'
import { fakeS3 } from '../contract/fake-s3.ts'
import { chainOf } from '../contract/samples.ts'
import { bundledHandler, type Handler } from './bundled-handler.ts'

let embedded: EmbeddedTable
let s3: Awaited<ReturnType<typeof fakeS3>>
let handler: Handler

beforeAll(async () => {
  ;[embedded, s3] = await Promise.all([embeddedTable(), fakeS3()])
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_ENDPOINT_URL_DYNAMODB: embedded.endpoint,
    AWS_ENDPOINT_URL_S3: s3.wire.url,
    TABLE_NAME: embedded.table.name,
    SEAL_BUCKET: 'seals-bucket',
    STACK_NAME: 'Countersign',
    NOTIFY_TOPIC_ARN: 'arn:aws:sns:us-east-1:123456789012:notices',
    ON_CALL_TOPIC_ARN: 'arn:aws:sns:us-east-1:123456789012:on-call',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  })
  handler = await bundledHandler('Seal')
}, 180_000)
afterAll(() => Promise.all([embedded.close(), s3.wire.close()]))

describe('the bundle of seal', () => {
  it('seals what is in the table into the bucket, day after day, so that the audit finds it whole', async () => {
    const record = dynamoChangeRecord(embedded.table)
    for (const subject of ['INCIDENT#inc-1', 'INCIDENT#inc-2', 'ORDER#inc-1', 'POLICY'])
      for (const change of chainOf(subject, 3)) await record.append(change)
    const context = { functionName: 'seal', awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 }
    for (let day = 0; day < 3; day++) await handler({}, context)
    const vault = s3SealVault(s3Client(s3.wire.options), 'seals-bucket')
    const incidents = dynamoIncidentStore(embedded.table)
    expect(await audit({ record, incidents, vault })).toEqual({
      chains: 5,
      entries: 15,
      seals: 3,
      sealedAt: expect.stringMatching(/^\d{4}-/),
      faults: [],
      discrepancies: [],
      uncompared: 0,
    })
  })
})
