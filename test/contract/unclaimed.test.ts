import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { keys } from '../../shared/aws/table.ts'
import { memoryIdentityStore } from '../../shared/memory/identity-store.ts'
import type { IdentityStore } from '../../shared/ports/stores.ts'
import { dynamoError, type EmbeddedTable, embeddedTable } from './embedded-table.ts'

let embedded: EmbeddedTable
beforeAll(async () => {
  embedded = await embeddedTable()
})
afterAll(() => embedded.close())

let made = 490_000
/** An hour that no other test has met: they share the table. */
const someHour = () => ++made

describe.each([
  { name: 'in memory', make: (): IdentityStore => memoryIdentityStore() },
  { name: 'on DynamoDB', make: () => dynamoIdentityStore(embedded.table) },
])('identities whose owner nobody knows, $name', ({ make }) => {
  it('are admitted up to the limit of an hour, the same one again and again, and anew in the next', async () => {
    const store = make()
    const hour = someHour()
    const admitted = []
    for (const id of ['a', 'b', 'a', 'c', 'b', 'd']) admitted.push(await store.admitUnclaimed(hour, id, 2))
    expect(admitted).toEqual([true, true, true, false, true, false])
    expect(await store.admitUnclaimed(someHour(), 'c', 2)).toBe(true)
  })

  it('are no more than the limit where many come at once', async () => {
    const store = make()
    const hour = someHour()
    const admitted = await Promise.all(Array.from({ length: 20 }, (_, n) => store.admitUnclaimed(hour, `access-key:AKIA${n}`, 4)))
    expect(admitted.filter(Boolean)).toHaveLength(4)
  })
})

describe('the identities that DynamoDB admitted in an hour', () => {
  it('are forgotten a day after the hour began', async () => {
    const hour = someHour()
    await dynamoIdentityStore(embedded.table).admitUnclaimed(hour, 'a', 1)
    const { Item } = await embedded.table.client.send(
      new GetCommand({ TableName: embedded.table.name, Key: keys.budget(hour, 'UNCLAIMED') }),
    )
    expect(Item).toMatchObject({ expiresAt: (hour + 24) * 3600 })
  })

  it('are not counted where the table fails: that is an error, and the report comes again', async () => {
    const store = dynamoIdentityStore(await embedded.behind(() => dynamoError('InternalServerError', 500)))
    await expect(store.admitUnclaimed(someHour(), 'a', 1)).rejects.toMatchObject({ name: 'InternalServerError' })
  })
})
