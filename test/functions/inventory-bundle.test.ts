import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { dynamoLastUsedStore } from '../../shared/aws/last-used-store.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { type EmbeddedTable, embeddedTable } from '../contract/embedded-table.ts'
import { type IamWire, iamWire } from '../contract/iam-wire.ts'
import { stateOf, user } from '../contract/samples.ts'
import { printedAnswer, SINCE } from '../last-used.ts'
import { bundledHandler, type Handler } from './bundled-handler.ts'

const DEPLOY = user('ci-deploy')
const HOUR = 3_600_000

let embedded: EmbeddedTable
let iam: IamWire
let handler: Handler

beforeAll(async () => {
  const answer = printedAnswer(SINCE, { s3: SINCE - HOUR, sqs: null, dynamodb: SINCE - 2 * HOUR })
  ;[embedded, iam] = await Promise.all([embeddedTable(), iamWire(AuthorizationDetails.parse({}), new Map([[DEPLOY.id, answer]]))])
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_ENDPOINT_URL_DYNAMODB: embedded.endpoint,
    AWS_ENDPOINT_URL_IAM: iam.url,
    TABLE_NAME: embedded.table.name,
    STACK_NAME: 'Countersign',
    ACCOUNT_ID: '123456789012',
    OWN_ROLE_ARNS: 'arn:aws:iam::123456789012:role/own',
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_METRICS_DISABLED: 'true',
  })
  handler = await bundledHandler('Inventory')
}, 180_000)
afterAll(() => Promise.all([embedded.close(), iam.close()]))

describe('the bundle of inventory', () => {
  it('stores what IAM says of an identity that has a baseline, once a night, and asks about no other', async () => {
    await dynamoIdentityStore(embedded.table).saveState(stateOf(DEPLOY), 0)
    const context = { functionName: 'inventory', awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 }
    await handler({}, context)
    await handler({}, context)
    const used = [
      { service: 's3', at: SINCE - HOUR },
      { service: 'dynamodb', at: SINCE - 2 * HOUR },
    ]
    expect(await dynamoLastUsedStore(embedded.table).read(DEPLOY.id)).toEqual({
      value: { snapshots: [{ takenAt: SINCE, used, neverUsed: ['sqs'] }] },
      version: 1,
    })
    expect(iam.calls('GenerateServiceLastAccessedDetails')).toBe(1)
  })
})
