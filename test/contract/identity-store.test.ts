import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { keys } from '../../shared/aws/table.ts'
import { memoryIdentityStore } from '../../shared/memory/identity-store.ts'
import type { IdentityStore } from '../../shared/ports/stores.ts'
import { dynamoError, type EmbeddedTable, embeddedTable } from './embedded-table.ts'
import { json } from './loopback.ts'
import { stateOf, user } from './samples.ts'

let embedded: EmbeddedTable
beforeAll(async () => {
  embedded = await embeddedTable()
})
afterAll(() => embedded.close())

let made = 0
/** An identity that no other test has met: they share the table. */
const somebody = () => user(`somebody-${++made}`)

describe.each([
  { name: 'in memory', make: (): IdentityStore => memoryIdentityStore() },
  { name: 'on DynamoDB', make: () => dynamoIdentityStore(embedded.table) },
])('the identity store $name', ({ make }) => {
  it('answers for every identity that it was asked for, known or not', async () => {
    const store = make()
    const [known, unknown] = [somebody(), somebody()]
    await store.saveState(stateOf(known), 0)
    const found = await store.load([known.id, unknown.id, known.id])
    expect([...found.keys()]).toEqual([known.id, unknown.id])
    expect(found.get(known.id)).toEqual({ state: { value: stateOf(known), version: 1 }, incidentId: undefined })
    expect(found.get(unknown.id)).toEqual({ state: undefined, incidentId: undefined })
  })

  it('names every identity that has a state, and none that only was in an incident', async () => {
    const store = make()
    const [known, other, unknown] = [somebody(), somebody(), somebody()]
    await store.saveState(stateOf(known), 0)
    await store.saveState(stateOf(other), 0)
    await store.setIncident(unknown.id, 'inc-1', undefined)
    const ids: string[] = []
    for await (const id of store.ids()) ids.push(id)
    expect(ids.filter((id) => [known.id, other.id, unknown.id].includes(id)).sort()).toEqual([known.id, other.id].sort())
  })

  it('answers nothing where nothing is asked', async () => {
    expect(await make().load([])).toEqual(new Map())
  })

  it('counts a version with every save', async () => {
    const store = make()
    const identity = somebody()
    expect(await store.saveState(stateOf(identity), 0)).toBe(true)
    expect(await store.saveState({ ...stateOf(identity), bootstrapped: ['x'] }, 1)).toBe(true)
    const { state } = (await store.load([identity.id])).get(identity.id) ?? {}
    expect(state?.version).toBe(2)
    expect(state?.value.bootstrapped).toEqual(['x'])
  })

  it.each([
    { version: 0, told: 'as new what is there' },
    { version: 1, told: 'an old version' },
    { version: 3, told: 'a version that never was' },
  ])('refuses to save $told, and writes nothing', async ({ version }) => {
    const store = make()
    const identity = somebody()
    await store.saveState(stateOf(identity), 0)
    await store.saveState(stateOf(identity), 1)
    expect(await store.saveState({ ...stateOf(identity), bootstrapped: ['lost'] }, version)).toBe(false)
    expect((await store.load([identity.id])).get(identity.id)?.state).toEqual({ value: stateOf(identity), version: 2 })
  })

  it('says the versions of states, 0 for none, of more than one read takes', async () => {
    const store = make()
    const many = Array.from({ length: 103 }, somebody)
    await store.saveState(stateOf(many[0] ?? somebody()), 0)
    await store.saveState(stateOf(many[0] ?? somebody()), 1)
    await store.saveState(stateOf(many[102] ?? somebody()), 0)
    await store.setIncident(many[1]?.id ?? '', 'inc-1', undefined)
    const versions = await store.versions(many.map(({ id }) => id))
    expect([...versions.keys()].sort()).toEqual(many.map(({ id }) => id).sort())
    expect(many.map(({ id }) => versions.get(id))).toEqual([2, ...Array(101).fill(0), 1])
    expect(await store.versions([])).toEqual(new Map())
  })

  it('refuses to save a version of an identity that it has not', async () => {
    expect(await make().saveState(stateOf(somebody()), 1)).toBe(false)
  })

  it('lets one of several writers win', async () => {
    const store = make()
    const identity = somebody()
    const saved = await Promise.all(Array.from({ length: 5 }, () => store.saveState(stateOf(identity), 0)))
    expect(saved.filter(Boolean)).toHaveLength(1)
  })

  it('remembers the last incident, with or without a state', async () => {
    const store = make()
    const identity = somebody()
    await store.setIncident(identity.id, 'inc-1', undefined)
    await store.setIncident(identity.id, 'inc-2', 'inc-1')
    expect((await store.load([identity.id])).get(identity.id)).toEqual({ state: undefined, incidentId: 'inc-2' })
    await store.saveState(stateOf(identity), 0)
    const both = (await store.load([identity.id])).get(identity.id)
    expect([both?.incidentId, both?.state?.version]).toEqual(['inc-2', 1])
  })

  it('says which incident was last only where that is what was there: nobody’s own is lost for another’s', async () => {
    const store = make()
    const identity = somebody()
    await store.setIncident(identity.id, 'inc-own', undefined)
    await store.setIncident(identity.id, 'inc-other', undefined)
    await store.setIncident(identity.id, 'inc-late', 'inc-before')
    expect((await store.load([identity.id])).get(identity.id)?.incidentId).toBe('inc-own')
    await store.setIncident(identity.id, 'inc-next', 'inc-own')
    expect((await store.load([identity.id])).get(identity.id)?.incidentId).toBe('inc-next')
  })

  it('remembers the names of a user under its unique id, beside every identity', async () => {
    const store = make()
    const id = `AIDANAMES${++made}EXAMPLE`
    const names = [{ arn: user('before').id, since: 1, isDisregarded: false }]
    expect(await store.loadNames([id])).toEqual(new Map([[id, { value: [], version: 0 }]]))
    expect(await store.saveNames(id, names, 0)).toBe(true)
    expect(await store.saveNames(id, [], 0)).toBe(false)
    expect(await store.saveNames(id, [], 2)).toBe(false)
    expect((await store.loadNames([id, id])).get(id)).toEqual({ value: names, version: 1 })
    const ids: string[] = []
    for await (const one of store.ids()) ids.push(one)
    expect(ids.some((one) => one.includes(id))).toBe(false)
  })

  it('remembers who moved to a range, where nobody else wrote meanwhile, beside every identity', async () => {
    const store = make()
    const range = `2001:db8:${(++made).toString(16)}::/48`
    const move = { principal: 'AIDAMOVEDEXAMPLE0001', identity: user('moved').id, since: 1, elsewhere: undefined }
    const moves = { moves: [move], harmedAt: undefined }
    expect(await store.loadMoves(range)).toEqual({ value: { moves: [], harmedAt: undefined }, version: 0 })
    expect(await store.saveMoves(range, moves, 0)).toBe(true)
    expect(await store.saveMoves(range, moves, 0)).toBe(false)
    expect(await store.saveMoves(range, { ...moves, harmedAt: 2 }, 1)).toBe(true)
    expect(await store.loadMoves(range)).toEqual({ value: { ...moves, harmedAt: 2 }, version: 2 })
    const ids: string[] = []
    for await (const one of store.ids()) ids.push(one)
    expect(ids.some((one) => one.includes(range))).toBe(false)
  })

  it('loads more identities than one read of DynamoDB takes', async () => {
    const store = make()
    const many = Array.from({ length: 120 }, somebody)
    await Promise.all(many.map((identity) => store.saveState(stateOf(identity), 0)))
    const found = await store.load(many.map(({ id }) => id))
    expect([...found.values()].map(({ state }) => state?.value.identity.id)).toEqual(many.map(({ id }) => id))
  })
})

describe('the identity store on a DynamoDB in trouble', () => {
  it('says that moves cannot be read, and when they are forgotten', async () => {
    const store = dynamoIdentityStore(embedded.table)
    const day = 86_400_000
    await store.saveMoves('192.0.2.0/24', { moves: [], harmedAt: 2 * day }, 0)
    const { Item } = await embedded.table.client.send(new GetCommand({ TableName: embedded.table.name, Key: keys.moves('192.0.2.0/24') }))
    expect(Item).toMatchObject({ expiresAt: (5 * day) / 1000 })
    await embedded.table.client.send(new PutCommand({ TableName: embedded.table.name, Item: { ...Item, moves: '{"v":1,"moves":7}' } }))
    await expect(store.loadMoves('192.0.2.0/24')).rejects.toThrow('IDENTITY#range:192.0.2.0/24 is stored and cannot be read: moves')
  })

  it('says which names cannot be read, and reads those of the others', async () => {
    const store = dynamoIdentityStore(embedded.table)
    await store.saveNames('AIDAGOODEXAMPLE00001', [{ arn: user('good').id, since: 1, isDisregarded: false }], 0)
    const bad = { ...keys.identityNames('AIDABADEXAMPLE000001'), version: 1, names: '{"v":1,"names":[{"arn":7}]}' }
    await embedded.table.client.send(new PutCommand({ TableName: embedded.table.name, Item: bad }))
    const found = await store.loadNames(['AIDABADEXAMPLE000001', 'AIDAGOODEXAMPLE00001'])
    expect(found.get('AIDAGOODEXAMPLE00001')?.value).toHaveLength(1)
    expect(found.get('AIDABADEXAMPLE000001')).toMatchObject({ value: [], unreadable: { message: expect.stringContaining('names.0.arn') } })
  })

  it('asks again for keys that were left unread, and pauses longer each time', async () => {
    const identity = somebody()
    await dynamoIdentityStore(embedded.table).saveState(stateOf(identity), 0)
    let reads = 0
    const table = await embedded.behind((_operation, { RequestItems }) => {
      reads += 1
      return reads <= 2 ? json({ Responses: {}, UnprocessedKeys: RequestItems }) : undefined
    })
    const pauses: number[] = []
    const store = dynamoIdentityStore(table, async (ms) => void pauses.push(ms))
    expect((await store.load([identity.id])).get(identity.id)?.state?.version).toBe(1)
    expect(pauses).toEqual([50, 100])
  })

  it('asks only for what was left, and keeps what was answered', async () => {
    const [first, second] = [somebody(), somebody()]
    const store = dynamoIdentityStore(embedded.table)
    await Promise.all([store.setIncident(first.id, 'inc-first', undefined), store.setIncident(second.id, 'inc-second', undefined)])
    const asked: number[] = []
    const table = await embedded.behind((_operation, { RequestItems }) => {
      const { Keys = [] } = (RequestItems as Record<string, { Keys: unknown[] }>)[embedded.table.name] ?? {}
      asked.push(Keys.length)
      if (asked.length > 1) return undefined
      const item = { pk: { S: `IDENTITY#${first.id}` }, sk: { S: 'INCIDENT' }, incidentId: { S: 'inc-first' } }
      const { name } = embedded.table
      return json({ Responses: { [name]: [item] }, UnprocessedKeys: { [name]: { Keys: Keys.slice(2), ConsistentRead: true } } })
    })
    const found = await dynamoIdentityStore(table, async () => {}).load([first.id, second.id])
    expect([...found.values()].map(({ incidentId }) => incidentId)).toEqual(['inc-first', 'inc-second'])
    expect(asked).toEqual([4, 2])
  })

  it('gives up on keys that stay unread, with an error and not with "not found"', async () => {
    const table = await embedded.behind((_operation, { RequestItems }) => json({ Responses: {}, UnprocessedKeys: RequestItems }))
    const store = dynamoIdentityStore(table, async () => {})
    await expect(store.load([somebody().id])).rejects.toMatchObject({ code: 'store.unavailable' })
    expect(table.wire.requests).toHaveLength(6)
  })

  it('tries again where it is throttled or fails', async () => {
    let calls = 0
    const table = await embedded.behind(() => {
      calls += 1
      if (calls === 1) return dynamoError('ProvisionedThroughputExceededException')
      return calls === 2 ? dynamoError('InternalServerError', 500) : undefined
    })
    const identity = somebody()
    expect(await dynamoIdentityStore(table).saveState(stateOf(identity), 0)).toBe(true)
    expect(calls).toBe(3)
  })

  it('throws where it stays broken: that is no version conflict', async () => {
    const table = await embedded.behind(() => dynamoError('InternalServerError', 500))
    const store = dynamoIdentityStore(table)
    await expect(store.saveState(stateOf(somebody()), 0)).rejects.toMatchObject({ name: 'InternalServerError' })
    await expect(store.load([somebody().id])).rejects.toMatchObject({ name: 'InternalServerError' })
    expect(table.wire.requests).toHaveLength(6)
  })

  it('says that a stored state is not readable, in place of taking it for none', async () => {
    const identity = somebody()
    const Item = { ...keys.identityState(identity.id), version: 1, state: '{"v":2}' }
    await embedded.table.client.send(new PutCommand({ TableName: embedded.table.name, Item }))
    const other = somebody()
    await dynamoIdentityStore(embedded.table).saveState(stateOf(other), 0)
    const found = await dynamoIdentityStore(embedded.table).load([identity.id, other.id])
    expect(found.get(identity.id)).toMatchObject({
      state: undefined,
      unreadable: { code: 'store.unreadable', key: `IDENTITY#${identity.id}` },
    })
    expect(found.get(other.id)).toMatchObject({ state: { version: 1 } })
  })
})
