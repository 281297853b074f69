import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dynamoSetAsideStore } from '../../shared/aws/set-aside-store.ts'
import { keys } from '../../shared/aws/table.ts'
import type { SetAside } from '../../shared/domain/set-aside.ts'
import { memorySetAside } from '../failure-queue.ts'
import { type EmbeddedTable, embeddedTable } from './embedded-table.ts'

let embedded: EmbeddedTable
beforeAll(async () => {
  embedded = await embeddedTable()
})
afterAll(() => embedded.close())

/** An event of 900 kB, which is more than an item of the table has. */
const LARGE = JSON.stringify({ detail: Array.from({ length: 20_000 }, (_, at) => `arn:aws:s3:::bucket-${at % 100}/object`) })

const message = (id: string, parts: Partial<SetAside> = {}): SetAside => ({
  id,
  queue: 'hot',
  body: '{"source":',
  sentAt: 1,
  setAsideAt: 2,
  by: 'arn:aws:iam::123456789012:user/lead',
  why: 'it cannot be read',
  ...parts,
})

describe.each([
  { name: 'in memory', make: () => memorySetAside() },
  { name: 'in DynamoDB', make: () => dynamoSetAsideStore(embedded.table) },
])('the messages that were set aside, $name', ({ make }) => {
  let store: ReturnType<typeof make>
  beforeEach(() => {
    store = make()
  })

  it('are kept whole until they are removed, however large', async () => {
    expect(await store.get('none')).toBeUndefined()
    const all = [message('a'), message('b', { body: LARGE, to: 'arn:aws:sqs:us-east-1:123456789012:bulk' })]
    for (const one of [...all, message('a')]) await store.put(one)
    expect((await store.list()).sort((one, other) => (one.id < other.id ? -1 : 1))).toEqual(all)
    expect(await store.get('b')).toEqual(all[1])
    for (const { id } of all) await store.remove(id)
    expect(await store.list()).toEqual([])
  })
})

describe('a message that was set aside in DynamoDB', () => {
  it.each([['text'], [new Uint8Array([1, 2, 3])], [undefined]])('is never taken for absent where it is damaged: %j', async (stored) => {
    const store = dynamoSetAsideStore(embedded.table)
    await embedded.table.client.send(
      new PutCommand({
        TableName: embedded.table.name,
        Item: { ...keys.setAside('damaged'), ...(stored === undefined ? {} : { message: stored }) },
      }),
    )
    await expect(store.get('damaged')).rejects.toMatchObject({ code: 'store.unreadable' })
    await expect(store.list()).rejects.toMatchObject({ code: 'store.unreadable' })
    await store.remove('damaged')
  })
})
