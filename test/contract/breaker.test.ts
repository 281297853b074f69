import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoBreaker } from '../../shared/aws/breaker.ts'
import { keys } from '../../shared/aws/table.ts'
import { memoryBreaker } from '../../shared/memory/breaker.ts'
import type { Breaker, BreakerLane } from '../../shared/ports/stores.ts'
import { dynamoError, type EmbeddedTable, embeddedTable } from './embedded-table.ts'

let embedded: EmbeddedTable
beforeAll(async () => {
  embedded = await embeddedTable()
})
afterAll(() => embedded.close())

let made = 490_000
/** An hour that no other test has met: they share the table. */
const someHour = (kind: BreakerLane['kind'] = 'ordinary'): BreakerLane => ({ hour: ++made, kind })

describe.each([
  { name: 'in memory', make: (): Breaker => memoryBreaker() },
  { name: 'on DynamoDB', make: () => dynamoBreaker(embedded.table) },
])('the breaker $name', ({ make }) => {
  it('lets as many incidents through in an hour as its limit says', async () => {
    const breaker = make()
    const hour = someHour()
    const reserved = []
    for (const id of ['a', 'b', 'c']) reserved.push(await breaker.reserve(hour, id, 2))
    expect(reserved).toEqual([true, true, false])
  })

  it('counts an incident once, however often it reserves', async () => {
    const breaker = make()
    const hour = someHour()
    for (let time = 0; time < 3; time++) expect(await breaker.reserve(hour, 'a', 1)).toBe(true)
    expect(await breaker.reserve(hour, 'b', 1)).toBe(false)
    expect(await breaker.reserve(hour, 'a', 1)).toBe(true)
  })

  it('counts each account apart from the others, and from all together', async () => {
    const breaker = make()
    const hour = someHour()
    const [here, there] = [
      { ...hour, account: '123456789012' },
      { ...hour, account: '210987654321' },
    ]
    expect(await breaker.reserve(here, 'a', 1)).toBe(true)
    expect(await breaker.reserve(here, 'b', 1)).toBe(false)
    expect(await breaker.reserve(there, 'b', 1)).toBe(true)
    expect(await breaker.reserve(hour, 'c', 1)).toBe(true)
    expect(await breaker.claimPage(here, 'b')).toBe(true)
    expect(await breaker.claimPage(there, 'c')).toBe(true)
    expect(await breaker.claimPage(here, 'c')).toBe(false)
  })

  it('begins anew with the next hour', async () => {
    const breaker = make()
    const [hour, next] = [someHour(), someHour()]
    await breaker.reserve(hour, 'a', 1)
    expect(await breaker.reserve(next, 'b', 1)).toBe(true)
  })

  it('lets nothing through where the limit is 0, not even what it let through before', async () => {
    const breaker = make()
    const hour = someHour()
    await breaker.reserve(hour, 'a', 1)
    expect(await breaker.reserve(hour, 'a', 0)).toBe(false)
    expect(await breaker.reserve(someHour(), 'b', 0)).toBe(false)
  })

  it('holds its limit against many that reserve at once', async () => {
    const breaker = make()
    const hour = someHour()
    const reserved = await Promise.all(Array.from({ length: 12 }, (_, at) => breaker.reserve(hour, `inc-${at}`, 4)))
    expect(reserved.filter(Boolean)).toHaveLength(4)
  })

  it('counts each lane of the hour apart', async () => {
    const breaker = make()
    const ordinary = someHour()
    for (const kind of ['ordinary', 'urgent', 'confirmed', 'ordered', 'restricted', 'restricted-urgent'] as const) {
      expect(await breaker.reserve({ ...ordinary, kind }, `first ${kind}`, 1), kind).toBe(true)
      expect(await breaker.reserve({ ...ordinary, kind }, `second ${kind}`, 1), kind).toBe(false)
    }
  })

  it('gives an incident one place in an hour: in another lane it takes none, and lets none of it be taken', async () => {
    const breaker = make()
    const ordinary = someHour()
    const urgent = { ...ordinary, kind: 'urgent' } as const
    expect(await breaker.reserve(ordinary, 'a', 1)).toBe(true)
    expect(await breaker.reserve(urgent, 'a', 1)).toBe(true)
    expect(await breaker.reserve(urgent, 'b', 1)).toBe(true)
    expect(await breaker.reserve(urgent, 'a', 1)).toBe(true)
    expect(await breaker.reserve(urgent, 'a', 0)).toBe(false)
    expect(await breaker.reserve(ordinary, 'c', 1)).toBe(false)
  })

  it('counts restrictions apart: a place of one is none of a containment, and the other way round', async () => {
    const breaker = make()
    const ordinary = someHour()
    const restricted = { ...ordinary, kind: 'restricted' } as const
    expect(await breaker.reserve(restricted, 'a', 1)).toBe(true)
    expect(await breaker.reserve(restricted, 'a', 1)).toBe(true)
    expect(await breaker.reserve(ordinary, 'b', 1)).toBe(true)
    // It is restricted, and has no place of a containment by that; what is contained has none of a restriction.
    expect(await breaker.reserve(ordinary, 'a', 1)).toBe(false)
    expect(await breaker.reserve(restricted, 'b', 1)).toBe(false)
    expect(await breaker.reserve(restricted, 'b', 2)).toBe(true)
  })

  it('gives an incident one place of a restriction in an hour, in whichever lane', async () => {
    const breaker = make()
    const restricted = someHour('restricted')
    const urgent = { ...restricted, kind: 'restricted-urgent' } as const
    expect(await breaker.reserve(restricted, 'a', 1)).toBe(true)
    expect(await breaker.reserve(urgent, 'a', 1)).toBe(true)
    expect(await breaker.reserve(urgent, 'b', 1)).toBe(true)
    expect(await breaker.reserve(urgent, 'c', 1)).toBe(false)
    expect(await breaker.reserve({ ...restricted, kind: 'urgent' }, 'c', 1)).toBe(true)
  })

  it('gives an incident one place where it asks for two lanes at once', async () => {
    const breaker = make()
    const ordinary = someHour()
    const lanes = [ordinary, { ...ordinary, kind: 'urgent' } as const, { ...ordinary, kind: 'confirmed' } as const]
    expect(await Promise.all(lanes.map((lane) => breaker.reserve(lane, 'a', 1)))).toEqual([true, true, true])
    const left = await Promise.all(lanes.map((lane, at) => breaker.reserve(lane, `b${at}`, 1)))
    expect(left.filter(Boolean)).toHaveLength(2)
  })

  it('has one incident page, again until people were paged, and then none', async () => {
    const breaker = make()
    const lane = someHour()
    expect(await breaker.claimPage(lane, 'a')).toBe(true)
    expect(await breaker.claimPage(lane, 'b')).toBe(false)
    expect(await breaker.claimPage(lane, 'a')).toBe(true)
    await breaker.markPaged(lane)
    expect([await breaker.claimPage(lane, 'a'), await breaker.claimPage(lane, 'b')]).toEqual([false, false])
    for (const kind of ['urgent', 'confirmed', 'ordered', 'restricted'] as const)
      expect(await breaker.claimPage({ ...lane, kind }, 'b'), kind).toBe(true)
    expect(await breaker.claimPage(someHour(), 'b')).toBe(true)
  })

  it('has one page of many that are refused at once', async () => {
    const breaker = make()
    const lane = someHour()
    const claimed = await Promise.all(Array.from({ length: 12 }, (_, at) => breaker.claimPage(lane, `inc-${at}`)))
    expect(claimed.filter(Boolean)).toHaveLength(1)
  })
})

describe('the breaker on DynamoDB', () => {
  it('forgets an hour a day later', async () => {
    const hour = someHour()
    await dynamoBreaker(embedded.table).reserve(hour, 'a', 1)
    const { Item } = await embedded.table.client.send(new GetCommand({ TableName: embedded.table.name, Key: keys.breaker(hour) }))
    expect(Item?.expiresAt).toBe((hour.hour + 24) * 3600)
  })

  it('throws where it cannot count: nothing is let through by an error', async () => {
    const table = await embedded.behind(() => dynamoError('InternalServerError', 500))
    await expect(dynamoBreaker(table).reserve(someHour(), 'a', 1)).rejects.toMatchObject({ name: 'InternalServerError' })
  })
})
