import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { replayedIncidents } from '../../shared/memory/replayed-incidents.ts'
import type { IncidentStore } from '../../shared/ports/stores.ts'
import { dynamoError, type EmbeddedTable, embeddedTable } from './embedded-table.ts'
import { AT, incidentOf, signalOf } from './samples.ts'

const embedded: EmbeddedTable[] = []
const fresh = async () => {
  const one = await embeddedTable()
  embedded.push(one)
  return one
}
afterAll(() => Promise.all(embedded.map((one) => one.close())))

/** As it comes back: a member that is undefined is not there. */
const stored = (incident: Incident) => JSON.parse(JSON.stringify(incident))

async function all(incidents: AsyncIterable<Incident>): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of incidents) ids.push(id)
  return ids.sort()
}

describe.each([
  { name: 'in memory', make: async (): Promise<IncidentStore> => memoryIncidentStore() },
  { name: 'of a replay', make: async (): Promise<IncidentStore> => replayedIncidents() },
  { name: 'on DynamoDB', make: async () => dynamoIncidentStore((await fresh()).table) },
  { name: 'on DynamoDB in pages of two', make: async () => dynamoIncidentStore((await fresh()).paged(2)) },
])('the incident store $name', ({ make }) => {
  let store: IncidentStore
  beforeAll(async () => {
    store = await make()
  })

  it('gives back what was saved, with its version', async () => {
    const incident = incidentOf('inc-1', { containedAt: AT })
    expect(await store.get('inc-1')).toBeUndefined()
    expect(await store.save(incident, 0)).toBe(true)
    expect(await store.get('inc-1')).toEqual({ value: incident, version: 1 })
  })

  it('keeps every member of an incident', async () => {
    const incident = incidentOf('inc-whole')
    await store.save(incident, 0)
    expect(stored((await store.get('inc-whole'))?.value as Incident)).toEqual(stored(incident))
  })

  it('refuses to save over what it has not read, and writes nothing', async () => {
    await store.save(incidentOf('inc-race', { priority: 1 }), 0)
    await store.save(incidentOf('inc-race', { priority: 2 }), 1)
    for (const version of [0, 1, 3]) expect(await store.save(incidentOf('inc-race', { priority: 9 }), version)).toBe(false)
    expect(await store.get('inc-race')).toMatchObject({ value: { priority: 2 }, version: 2 })
  })

  it('lets one of two that open the same incident win', async () => {
    const saved = await Promise.all([store.save(incidentOf('inc-both'), 0), store.save(incidentOf('inc-both'), 0)])
    expect(saved.toSorted()).toEqual([false, true])
  })

  it('keeps a timeline in the order of time, each signal once and as it was first', async () => {
    for (const [id, at] of [
      ['c', 3],
      ['a', 1],
      ['d', 10_000_000],
      ['b', 2],
      ['e', -5],
    ] as const)
      await store.addSignal('inc-1', signalOf(id, AT + at))
    await store.addSignal('inc-1', { ...signalOf('b', AT + 2), risk: 99 })
    const timeline = await store.signals('inc-1')
    expect(timeline.map(({ id }) => id)).toEqual(['e', 'a', 'b', 'c', 'd'])
    expect(timeline[2]).toEqual(signalOf('b', AT + 2))
  })

  it('has an empty timeline where there are no signals', async () => {
    expect(await store.signals('inc-none')).toEqual([])
  })
})

describe.each([
  { name: 'in memory', make: async (): Promise<IncidentStore> => memoryIncidentStore() },
  { name: 'of a replay', make: async (): Promise<IncidentStore> => replayedIncidents() },
  { name: 'on DynamoDB', make: async () => dynamoIncidentStore((await fresh()).table) },
  { name: 'on DynamoDB in pages of two', make: async () => dynamoIncidentStore((await fresh()).paged(2)) },
])('the lists of the incident store $name', ({ make }) => {
  let store: IncidentStore
  beforeAll(async () => {
    store = await make()
    const priorities = [7.5, 100, 0, 99.9, 12, 8]
    for (const priority of priorities) await store.save(incidentOf(`p-${priority}`, { priority }), 0)
    await store.save(incidentOf('closed', { priority: 50, state: 'confirmed' }), 0)
    await store.save(incidentOf('given-back', { priority: 60 }), 0)
    await store.save(incidentOf('given-back', { priority: 60, state: 'released' }), 1)
    await store.addSignal('p-100', signalOf('s', AT))
  })

  it('lists what is open by priority as a number, the highest first', async () => {
    expect((await store.listOpen(20)).map(({ id }) => id)).toEqual(['p-100', 'p-99.9', 'p-12', 'p-8', 'p-7.5', 'p-0'])
  })

  it('lists what matters more before the rest of the same priority, however late it came', async () => {
    const of = await make()
    const priority = 99.9
    const criticality = (raise: number) => ({ criticality: { rule: 'production', raise, isKnown: true } })
    await of.save(incidentOf('first', { priority }), 0)
    await of.save(incidentOf('half', { priority, ...criticality(0.5) }), 0)
    await of.save(incidentOf('lesser', { priority: 99.8, ...criticality(1) }), 0)
    await of.save(incidentOf('most', { priority, ...criticality(1) }), 0)
    expect((await of.listOpen(20)).map(({ id }) => id)).toEqual(['most', 'half', 'first', 'lesser'])
  })

  it('lists no more than it was asked for', async () => {
    expect((await store.listOpen(3)).map(({ id }) => id)).toEqual(['p-100', 'p-99.9', 'p-12'])
  })

  it('goes through every incident, closed ones too, once each', async () => {
    expect(await all(store.listAll())).toEqual(['closed', 'given-back', 'p-0', 'p-100', 'p-12', 'p-7.5', 'p-8', 'p-99.9'])
  })
})

describe.each([
  { name: 'in memory', make: async (): Promise<IncidentStore> => memoryIncidentStore() },
  { name: 'of a replay', make: async (): Promise<IncidentStore> => replayedIncidents() },
  { name: 'on DynamoDB', make: async () => dynamoIncidentStore((await fresh()).table) },
])('a long timeline $name', ({ make }) => {
  it('is thinned alike: the same calls are kept, and nothing changes when they come again', async () => {
    const [store, memory] = [await make(), memoryIncidentStore()]
    const calls = Array.from({ length: 600 }, (_, at) => signalOf(`f-${at}`, AT + at * 1000))
    for (const signal of calls) for (const one of [store, memory]) await one.addSignal('inc-long', signal)
    const kept = await store.signals('inc-long')
    expect(kept).toEqual(await memory.signals('inc-long'))
    expect(kept.length).toBeLessThan(250)
    expect(kept.slice(0, 50)).toEqual(calls.slice(0, 50))
    for (const signal of calls) await store.addSignal('inc-long', signal)
    expect(await store.signals('inc-long')).toEqual(kept)
    await store.addSignal('inc-long', signalOf('deciding', AT + 1_000_000), true)
    expect((await store.signals('inc-long')).at(-1)).toEqual(signalOf('deciding', AT + 1_000_000))
  })
})

describe('a long timeline on DynamoDB', () => {
  const key = { pk: 'INCIDENT#inc-long', sk: 'THINNING' }
  const calls = Array.from({ length: 200 }, (_, at) => signalOf(`f-${at}`, AT + at * 1000))

  it('is thinned by a process that begins as by the one that ended, and costs nothing for most of what is left out', async () => {
    const { table, behind } = await fresh()
    const first = dynamoIncidentStore(table)
    for (const signal of calls) await first.addSignal('inc-long', signal)
    const wired = await behind(() => undefined)
    const second = dynamoIncidentStore(wired)
    const more = Array.from({ length: 100 }, (_, at) => signalOf(`g-${at}`, AT + 500_000 + at * 1000))
    for (const signal of more) await second.addSignal('inc-long', signal)
    const added = (await second.signals('inc-long')).filter(({ id }) => id.startsWith('g-'))
    expect(added.length).toBeLessThan(60)
    const puts = wired.wire.requests.filter(({ headers }) => String(headers['x-amz-target']).endsWith('PutItem'))
    expect(puts.length).toBeLessThan(70)
  })

  it('leaves nothing out where the thinning cannot be read', async () => {
    const { table } = await fresh()
    await table.client.send(new PutCommand({ TableName: table.name, Item: { ...key, version: 1, thinning: '{"v":99}' } }))
    const store = dynamoIncidentStore(table)
    for (const signal of calls) await store.addSignal('inc-long', signal)
    expect(await store.signals('inc-long')).toEqual(calls)
  })

  it('does not take "could not look" for "not thinned"', async () => {
    const { behind } = await fresh()
    const store = dynamoIncidentStore(
      await behind((operation) => (operation === 'GetItem' ? dynamoError('ResourceNotFoundException') : undefined)),
    )
    await expect(store.addSignal('inc-long', signalOf('s', AT))).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })
})

describe('the incident store on a DynamoDB in trouble', () => {
  it('throws where it cannot look: that is not "no such incident"', async () => {
    const store = dynamoIncidentStore(await (await fresh()).behind(() => dynamoError('ResourceNotFoundException')))
    await expect(store.get('inc-1')).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await expect(store.signals('inc-1')).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await expect(store.listOpen(1)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
    await expect(all(store.listAll())).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('does not take a refused save for a version conflict', async () => {
    const store = dynamoIncidentStore(await (await fresh()).behind(() => dynamoError('ValidationException')))
    await expect(store.save(incidentOf('inc-1'), 0)).rejects.toMatchObject({ name: 'ValidationException' })
  })
})
