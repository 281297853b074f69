import { randomBytes } from 'node:crypto'
import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { putIf } from '../../shared/aws/conditional-put.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { dynamoSetAsideStore } from '../../shared/aws/set-aside-store.ts'
import type { SetAside } from '../../shared/domain/set-aside.ts'
import { type EmbeddedTable, embeddedTable } from './embedded-table.ts'
import { AT, chainOf, incidentOf, signalOf } from './samples.ts'

/** The largest item in bytes: the names and the values of its attributes. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const ITEM_BYTES = 400 * 1024

let embedded: EmbeddedTable
beforeAll(async () => {
  embedded = await embeddedTable()
})
afterAll(() => embedded.close())

const setAside = (id: string, body: string): SetAside => ({
  id,
  queue: 'hot',
  body,
  sentAt: 1,
  setAsideAt: 2,
  by: 'arn:aws:iam::123456789012:user/lead',
  why: 'it cannot be read',
})

/** Text that deflating makes no smaller than three quarters. `bytes`: of what was drawn. */
const incompressible = (bytes: number) => randomBytes(bytes).toString('base64')

/** The table behind a server that counts the requests of an operation. */
async function counted(operation: string) {
  const wired = await embedded.behind(() => undefined)
  const count = () => wired.wire.requests.filter(({ headers }) => String(headers['x-amz-target']).endsWith(`.${operation}`)).length
  return { table: wired, count }
}

describe('an item of 400 KB', () => {
  const key = { pk: 'LIMIT#item', sk: 'ITEM' }
  /** An item of exactly so many bytes. */
  const itemOf = (bytes: number) => {
    const rest = Object.entries(key).reduce((sum, [name, value]) => sum - name.length - value.length, bytes)
    return { ...key, text: 'x'.repeat(rest - 'text'.length) }
  }
  const isNew = { expression: 'attribute_not_exists(pk)' }

  it('is the largest: one byte more is an error, no failed condition, and changes nothing', async () => {
    const { client, name } = embedded.table
    await expect(putIf(embedded.table, itemOf(ITEM_BYTES + 1), isNew)).rejects.toMatchObject({ name: 'ValidationException' })
    expect((await client.send(new GetCommand({ TableName: name, Key: key, ConsistentRead: true }))).Item).toBeUndefined()
    expect(await putIf(embedded.table, itemOf(ITEM_BYTES), isNew)).toBe(true)
    await expect(putIf(embedded.table, itemOf(ITEM_BYTES + 1), { expression: 'attribute_exists(pk)' })).rejects.toMatchObject({
      name: 'ValidationException',
    })
    const { Item } = await client.send(new GetCommand({ TableName: name, Key: key, ConsistentRead: true }))
    expect(Item).toEqual(itemOf(ITEM_BYTES))
  })

  it('has no room for a message that is larger deflated: setting it aside throws, and the others stay', async () => {
    const store = dynamoSetAsideStore(embedded.table)
    await store.put(setAside('small', 'x'))
    await expect(store.put(setAside('large', incompressible(600_000)))).rejects.toMatchObject({ name: 'ValidationException' })
    expect((await store.list()).map(({ id }) => id)).toEqual(['small'])
    await store.remove('small')
  })
})

describe('a list of more than 1 MB, which DynamoDB answers in pages of its own', () => {
  it('is every message that was set aside', async () => {
    const { table, count } = await counted('Query')
    const store = dynamoSetAsideStore(table)
    const all = Array.from({ length: 5 }, (_, at) => setAside(`page-${at}`, incompressible(300_000)))
    for (const one of all) await store.put(one)
    expect(await store.list()).toEqual(all)
    expect(count()).toBeGreaterThan(1)
    for (const { id } of all) await store.remove(id)
  })

  it('is every incident, by the table and by the index of those that are open', async () => {
    const scans = await counted('Scan')
    const queries = await counted('Query')
    const title = 'x'.repeat(100_000)
    const ids = Array.from({ length: 25 }, (_, at) => `inc-long-${String(at).padStart(2, '0')}`)
    for (const [at, id] of ids.entries()) {
      const incident = incidentOf(id, { priority: at })
      const [finding] = incident.findings
      if (finding === undefined) throw new Error('the sample has no finding')
      expect(await dynamoIncidentStore(embedded.table).save({ ...incident, findings: [{ ...finding, reason: title }] }, 0)).toBe(true)
    }
    const found: string[] = []
    for await (const { id } of dynamoIncidentStore(scans.table).listAll()) found.push(id)
    expect(found.sort()).toEqual(ids)
    expect((await dynamoIncidentStore(queries.table).listOpen(100)).map(({ id }) => id)).toEqual(ids.toReversed())
    expect([scans.count(), queries.count()].map((requests) => requests > 1)).toEqual([true, true])
  })

  it('is a whole chain of changes, in the order of their numbers', async () => {
    const { table, count } = await counted('Query')
    const chain = chainOf('INCIDENT#inc-chain', 12).map((change) => ({ ...change, why: 'x'.repeat(120_000) }))
    for (const change of chain) expect(await dynamoChangeRecord(embedded.table).append(change)).toBe(true)
    expect((await dynamoChangeRecord(table).list('INCIDENT#inc-chain')).map(({ number }) => number)).toEqual(
      chain.map(({ number }) => number),
    )
    expect(count()).toBeGreaterThan(1)
  })
})

describe('many that write at once', () => {
  it('lose no write: each that was refused reads again, and the version counts all', async () => {
    const store = dynamoIncidentStore(embedded.table)
    await store.save(incidentOf('inc-busy', { priority: 0 }), 0)
    const addOne = async () => {
      for (;;) {
        const stored = await store.get('inc-busy')
        if (stored === undefined) throw new Error('the incident is gone')
        const { value, version } = stored
        if (await store.save({ ...value, priority: value.priority + 1 }, version)) return
      }
    }
    await Promise.all(Array.from({ length: 20 }, addOne))
    expect(await store.get('inc-busy')).toMatchObject({ value: { priority: 20 }, version: 21 })
  })

  it('add a call to a timeline once, whoever is first', async () => {
    const store = dynamoIncidentStore(embedded.table)
    await Promise.all(Array.from({ length: 20 }, (_, at) => store.addSignal('inc-busy', { ...signalOf('same', AT), risk: at })))
    expect(await store.signals('inc-busy')).toHaveLength(1)
  })
})
