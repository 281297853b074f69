import { randomUUID } from 'node:crypto'
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoBreaker } from '../../shared/aws/breaker.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { createTable, keys, type Table } from '../../shared/aws/table.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { type EmbeddedTable, embeddedTable } from '../contract/embedded-table.ts'
import { incidentOf } from '../contract/samples.ts'
import { templateOf } from '../infra/template-of.ts'

type OfTemplate = CreateTableCommandInput & {
  readonly TimeToLiveSpecification: { readonly AttributeName: string; readonly Enabled: boolean }
  readonly PointInTimeRecoverySpecification: object
}

let embedded: EmbeddedTable
let client: DynamoDBClient
/** The table as the template describes it. */
let table: Table
let settings: OfTemplate

beforeAll(async () => {
  embedded = await embeddedTable()
  client = embedded.table.client
  table = { client: embedded.table.client, name: `countersign-${randomUUID()}` }
  const [found] = Object.values(templateOf({ settings: {}, policy: parsePolicy({ version: 3 }) }).findResources('AWS::DynamoDB::Table'))
  settings = found?.Properties as OfTemplate
  const { TimeToLiveSpecification, PointInTimeRecoverySpecification: _, ...input } = settings
  await client.send(new CreateTableCommand({ ...input, TableName: table.name }))
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { TableName: table.name })
  await client.send(new UpdateTimeToLiveCommand({ TableName: table.name, TimeToLiveSpecification }))
})
afterAll(() => embedded.close())

const described = async (TableName: string) => (await client.send(new DescribeTableCommand({ TableName }))).Table ?? {}

/** What queries and conditions rest on: keys, and indexes with what they hold. */
const shapeOf = ({ AttributeDefinitions = [], KeySchema, GlobalSecondaryIndexes = [], BillingModeSummary }: TableDescription) => ({
  attributes: AttributeDefinitions.map(({ AttributeName, AttributeType }) => `${AttributeName} ${AttributeType}`).sort(),
  keys: KeySchema,
  indexes: GlobalSecondaryIndexes.map((one) => ({ name: one.IndexName, keys: one.KeySchema, holds: one.Projection?.ProjectionType })),
  billing: BillingModeSummary?.BillingMode,
})

describe('the table of the template', () => {
  it('has the keys and the index of the one that emulators are given, which the contract suite runs on', async () => {
    const other = `countersign-${randomUUID()}`
    expect(await createTable(client, other)).toBe(true)
    expect(await createTable(client, other)).toBe(false)
    const shape = shapeOf(await described(table.name))
    expect(shape).toEqual(shapeOf(await described(other)))
    expect(shape).toMatchObject({ keys: [{ AttributeName: 'pk' }, { AttributeName: 'sk' }], billing: 'PAY_PER_REQUEST' })
  })

  it('forgets by expiresAt, which is a number of seconds where a store writes it', async () => {
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: table.name }))
    expect(TimeToLiveDescription).toEqual({ AttributeName: 'expiresAt', TimeToLiveStatus: 'ENABLED' })
    const hour = Math.floor(Date.now() / 3_600_000)
    await dynamoBreaker(table).reserve({ hour, kind: 'ordinary' }, 'inc-1', 1)
    const { Item } = await table.client.send(new GetCommand({ TableName: table.name, Key: keys.breaker({ hour, kind: 'ordinary' }) }))
    expect(Item?.expiresAt).toBe((hour + 24) * 3600)
  })

  it('lists what is open by its index, and nothing that was closed', async () => {
    const store = dynamoIncidentStore(table)
    for (const priority of [5, 99.5, 12]) await store.save(incidentOf(`inc-${priority}`, { priority }), 0)
    await store.save(incidentOf('inc-5', { priority: 5, state: 'released' }), 1)
    expect((await store.listOpen(9)).map(({ id }) => id)).toEqual(['inc-99.5', 'inc-12'])
  })

  it('is not deleted by one call', async () => {
    await expect(client.send(new DeleteTableCommand({ TableName: table.name }))).rejects.toMatchObject({ name: 'ValidationException' })
    expect((await described(table.name)).TableStatus).toBe('ACTIVE')
  })
})
