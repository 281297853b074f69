import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoAdvisorBudget } from '../../shared/aws/advisor-budget.ts'
import { keys } from '../../shared/aws/table.ts'
import { memoryAdvisorBudget } from '../../shared/memory/advisor-budget.ts'
import type { AdvisorBudget } from '../../shared/ports/advisor.ts'
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
  { name: 'in memory', make: (): AdvisorBudget => memoryAdvisorBudget() },
  { name: 'on DynamoDB', make: () => dynamoAdvisorBudget(embedded.table) },
])('the budget of questions $name', ({ make }) => {
  it('gives an identity its share of an hour, and others theirs', async () => {
    const budget = make()
    const hour = someHour()
    const limits = { perIdentity: 2, perAccount: 10 }
    const taken = []
    for (const id of ['a', 'a', 'a', 'b']) taken.push(await budget.reserve(hour, id, limits))
    expect(taken).toEqual([true, true, false, true])
    expect(await budget.reserve(someHour(), 'a', limits)).toBe(true)
  })

  it('gives an account no more than its own', async () => {
    const budget = make()
    const hour = someHour()
    const taken = []
    for (let at = 0; at < 5; at++) taken.push(await budget.reserve(hour, `user-${at}`, { perIdentity: 9, perAccount: 3 }))
    expect(taken).toEqual([true, true, true, false, false])
  })

  it('gives none where a limit is 0', async () => {
    const budget = make()
    expect(await budget.reserve(someHour(), 'a', { perIdentity: 0, perAccount: 5 })).toBe(false)
    expect(await budget.reserve(someHour(), 'a', { perIdentity: 5, perAccount: 0 })).toBe(false)
  })

  it('holds against many that take at once', async () => {
    const budget = make()
    const hour = someHour()
    const taken = await Promise.all(Array.from({ length: 20 }, () => budget.reserve(hour, 'a', { perIdentity: 4, perAccount: 99 })))
    expect(taken.filter(Boolean)).toHaveLength(4)
  })
})

describe('the budget of questions on DynamoDB', () => {
  it('forgets an hour a day later', async () => {
    const hour = someHour()
    await dynamoAdvisorBudget(embedded.table).reserve(hour, 'a', { perIdentity: 1, perAccount: 1 })
    const { Item } = await embedded.table.client.send(new GetCommand({ TableName: embedded.table.name, Key: keys.budget(hour, 'ACCOUNT') }))
    expect(Item).toMatchObject({ questions: 1, expiresAt: (hour + 24) * 3600 })
  })

  it('throws where it cannot count: nothing is spent by an error', async () => {
    const table = await embedded.behind(() => dynamoError('InternalServerError', 500))
    await expect(dynamoAdvisorBudget(table).reserve(someHour(), 'a', { perIdentity: 1, perAccount: 1 })).rejects.toMatchObject({
      name: 'InternalServerError',
    })
  })
})
