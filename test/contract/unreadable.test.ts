import { deflateRawSync } from 'node:zlib'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, describe, expect, it } from 'vitest'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { dynamoPostings } from '../../shared/aws/postings.ts'
import { keys } from '../../shared/aws/table.ts'
import { CHANGE_VERSION } from '../../shared/domain/change.ts'
import { writeIncident, writeSignal } from '../../shared/domain/migrations/incident.ts'
import { packState } from '../../shared/domain/state-codec.ts'
import type { UnreadableItem } from '../../shared/errors.ts'
import { memoryChangeRecord, type StoredChains } from '../../shared/memory/change-record.ts'
import { memoryIncidentStore, noTexts } from '../../shared/memory/incident-store.ts'
import type { ChangeRecord, IncidentStore } from '../../shared/ports/stores.ts'
import { type EmbeddedTable, embeddedTable } from './embedded-table.ts'
import { AT, chainOf, incidentOf, signalOf, stateOf, user } from './samples.ts'

const tables: EmbeddedTable[] = []
afterAll(() => Promise.all(tables.map((one) => one.close())))

async function freshTable() {
  const one = await embeddedTable()
  tables.push(one)
  return { table: one.table, put: (Item: object) => one.table.client.send(new PutCommand({ TableName: one.table.name, Item })) }
}

interface Stores {
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  plantIncident(id: string, text: string): Promise<unknown>
  plantSignal(incidentId: string, id: string, text: string): Promise<unknown>
  plantChange(subject: string, number: number, text: string): Promise<unknown>
}

async function inMemory(): Promise<Stores> {
  const texts = noTexts()
  const chains: StoredChains = new Map()
  return {
    incidents: memoryIncidentStore(texts),
    record: memoryChangeRecord(chains),
    plantIncident: async (id, text) => texts.incidents.set(id, { text, version: 1 }),
    plantSignal: async (incidentId, id, text) => texts.signals.set(incidentId, (texts.signals.get(incidentId) ?? new Map()).set(id, text)),
    plantChange: async (subject, number, text) => chains.set(subject, (chains.get(subject) ?? new Map()).set(number, text)),
  }
}

async function onDynamo(): Promise<Stores> {
  const { table, put } = await freshTable()
  return {
    incidents: dynamoIncidentStore(table),
    record: dynamoChangeRecord(table),
    plantIncident: (id, incident) => put({ ...keys.incident(id), version: 1, open: 'open', priority: '099.0', incident }),
    plantSignal: (incidentId, id, signal) => put({ ...keys.signal(incidentId, AT, id), signal }),
    plantChange: (subject, number, change) => put({ ...keys.change(subject, number), change }),
  }
}

const whole = (id: string) => JSON.parse(writeIncident(incidentOf(id)))

async function everyOne<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

/** Texts that are no incident `inc-bad`, and what is said of each. */
const DAMAGED: readonly (readonly [what: string, text: string, issue: string])[] = [
  ['no JSON', '<script>', 'not JSON'],
  ['null', 'null', 'not an object'],
  ['a list', '[]', 'not an object'],
  ['a member that is missing', JSON.stringify({ ...whole('inc-bad'), approved: undefined }), 'approved: Invalid input: expected array'],
  ['a state that there is not', JSON.stringify({ ...whole('inc-bad'), state: 'ENGULFED' }), 'state: Invalid option'],
  [
    'a member that no release writes',
    JSON.stringify({ ...whole('inc-bad'), evil: 'AKIASECRET' }),
    'the whole: has members that no release',
  ],
  ['a time that is none', JSON.stringify({ ...whole('inc-bad'), openedAt: 9e15 }), 'openedAt: Too big'],
  ['the id of another', JSON.stringify(whole('inc-other')), 'id: must be that of its key'],
  ['a version of a newer release', JSON.stringify({ ...whole('inc-bad'), v: 99 }), 'v: version 99 is of a newer release'],
  ['a version that is none', JSON.stringify({ ...whole('inc-bad'), v: 'x' }), 'v: must be 1 to'],
  ['old and new names at once', JSON.stringify({ ...whole('inc-bad'), v: 1, hold: {}, suppression: {} }), 'the whole|suppression'],
]

describe.each([
  { name: 'in memory', make: inMemory },
  { name: 'on DynamoDB', make: onDynamo },
])('what is stored and cannot be read, $name', ({ make }) => {
  it.each(DAMAGED)('is never taken for absent: %s', async (_, text, issue) => {
    const { incidents, plantIncident } = await make()
    await plantIncident('inc-bad', text)
    const said = await incidents.get('inc-bad').catch((cause: UnreadableItem) => cause)
    expect(said).toMatchObject({ code: 'store.unreadable', key: 'INCIDENT#inc-bad', isNewer: text.includes('"v":99') })
    expect((said as UnreadableItem).issue).toMatch(new RegExp(issue))
    expect((said as UnreadableItem).message).not.toMatch(/AKIASECRET|ENGULFED|script/)
  })

  it('does not hide the others of a list, and is told of; without anybody to tell, the list is an error', async () => {
    const { incidents, plantIncident } = await make()
    await incidents.save(incidentOf('inc-a', { priority: 1 }), 0)
    await incidents.save(incidentOf('inc-b', { priority: 2 }), 0)
    await plantIncident('inc-bad', '{}')
    const told: UnreadableItem[] = []
    expect((await incidents.listOpen(10, (item) => told.push(item))).map(({ id }) => id)).toEqual(['inc-b', 'inc-a'])
    const all = await everyOne(incidents.listAll((item) => told.push(item)))
    expect(all.map(({ id }) => id).sort()).toEqual(['inc-a', 'inc-b'])
    expect(told.map(({ key }) => key)).toEqual(['INCIDENT#inc-bad', 'INCIDENT#inc-bad'])
    await expect(incidents.listOpen(10)).rejects.toMatchObject({ code: 'store.unreadable' })
    await expect(everyOne(incidents.listAll())).rejects.toMatchObject({ code: 'store.unreadable' })
  })

  it('does not hide the rest of a timeline', async () => {
    const { incidents, plantSignal } = await make()
    await incidents.addSignal('inc-a', signalOf('s-good', AT))
    await plantSignal('inc-a', 's-bad', JSON.stringify({ ...JSON.parse(writeSignal(signalOf('s-bad', AT))), outcome: 'maybe' }))
    const told: UnreadableItem[] = []
    expect((await incidents.signals('inc-a', (item) => told.push(item))).map(({ id }) => id)).toEqual(['s-good'])
    expect(told).toMatchObject([{ code: 'store.unreadable', issue: expect.stringContaining('outcome') }])
    await expect(incidents.signals('inc-a')).rejects.toMatchObject({ code: 'store.unreadable' })
  })

  it.each([
    ['no JSON', 'x', 'not JSON'],
    ['a kind that there is not', { kind: 'mischief' }, 'kind: Invalid option'],
    ['a number that is none', { number: 0.5 }, 'number'],
    ['a step with a value that is none', { kind: 'step-planned', from: { evil: true } }, 'from'],
    ['an extension without an end', { kind: 'extension', to: null }, 'to'],
    ['an assignment to no name', { kind: 'assignment', to: '' }, 'to'],
    ['an assignment to a name that is too long', { kind: 'assignment', to: 'x'.repeat(201) }, 'to'],
    ['a comment without a text', { kind: 'comment', to: null }, 'to'],
    ['a comment that is too long', { kind: 'comment', to: 'x'.repeat(1501) }, 'to'],
    ['a version of a newer release', { v: CHANGE_VERSION + 1 }, 'newer release'],
  ])('is an entry that is named by its place: %s', async (_, parts, issue) => {
    const { record, plantChange } = await make()
    const [first, second] = chainOf('INCIDENT#inc-a', 2)
    await plantChange('INCIDENT#inc-a', 1, JSON.stringify(first))
    await plantChange('INCIDENT#inc-a', 2, typeof parts === 'string' ? parts : JSON.stringify({ ...second, ...parts }))
    const said = { code: 'record.unreadable', subject: 'INCIDENT#inc-a', number: 2, message: expect.stringContaining(issue) }
    await expect(record.list('INCIDENT#inc-a')).rejects.toMatchObject(said)
    await expect(record.last('INCIDENT#inc-a')).rejects.toMatchObject(said)
  })

  it('is an entry as it was written, whatever the order of its members', async () => {
    const { record, plantChange } = await make()
    const [entry] = chainOf('INCIDENT#inc-a', 1)
    const text = JSON.stringify(Object.fromEntries(Object.entries(entry as object).reverse()))
    await plantChange('INCIDENT#inc-a', 1, text)
    expect(JSON.stringify((await record.list('INCIDENT#inc-a'))[0])).toBe(text)
  })
})

describe('what is stored on DynamoDB and cannot be read', () => {
  it.each([
    ['the state of another', stateOf(user('other'))],
    ['text that is no state', 'x'],
  ])('is an identity that is told of, and holds up no other of a batch: %s', async (_, state) => {
    const { table, put } = await freshTable()
    const [bad, good] = [user('bad'), user('good')]
    const text = typeof state === 'string' ? state : packState(state)
    await put({ ...keys.identityState(bad.id), version: 1, state: deflateRawSync(text) })
    await put({ ...keys.identityIncident(bad.id), incidentId: 'inc-1' })
    await dynamoIdentityStore(table).saveState(stateOf(good), 0)
    const found = await dynamoIdentityStore(table).load([bad.id, good.id])
    expect(found.get(bad.id)).toMatchObject({ state: undefined, incidentId: 'inc-1', unreadable: { key: `IDENTITY#${bad.id}` } })
    expect(found.get(good.id)?.state?.version).toBe(1)
    expect(found.get(good.id)?.unreadable).toBeUndefined()
  })

  it('is no state where it is a bomb, or no bytes at all', async () => {
    const { table, put } = await freshTable()
    const id = user('bomb').id
    for (const state of [deflateRawSync(Buffer.alloc(2_000_000)), 'text']) {
      await put({ ...keys.identityState(id), version: 1, state })
      expect((await dynamoIdentityStore(table).load([id])).get(id)?.unreadable?.code).toBe('store.unreadable')
    }
  })

  it.each([
    ['no number', 'x'],
    ['missing', undefined],
    ['zero', 0],
    ['a fraction', 1.5],
    ['below zero', -1],
  ])('is an identity, or an incident, whose version is %s: no write of a batch is counted from it', async (_, version) => {
    const { table, put } = await freshTable()
    const [bad, good] = [user('bad'), user('good')]
    await put({
      ...keys.identityState(bad.id),
      ...(version === undefined ? {} : { version }),
      state: deflateRawSync(packState(stateOf(bad))),
    })
    await put({ ...keys.incident('inc-bad'), ...(version === undefined ? {} : { version }), incident: JSON.stringify(whole('inc-bad')) })
    await dynamoIdentityStore(table).saveState(stateOf(good), 0)
    const found = await dynamoIdentityStore(table).load([bad.id, good.id])
    expect(found.get(bad.id)).toMatchObject({ state: undefined, unreadable: { issue: 'version: must be a whole number above 0' } })
    expect(found.get(good.id)?.state?.version).toBe(1)
    await expect(dynamoIncidentStore(table).get('inc-bad')).rejects.toMatchObject({ code: 'store.unreadable', key: 'INCIDENT#inc-bad' })
  })

  it('is a posting with a member that is no text, or one too many', async () => {
    const { table, put } = await freshTable()
    for (const parts of [{ ts: 5 }, { evil: 'x' }, { v: 9 }]) {
      await put({ ...keys.posting('inc-1'), channel: 'C1', ts: '1.0', told: 'ask 1', ...parts })
      await expect(dynamoPostings(table).get('inc-1')).rejects.toMatchObject({ code: 'store.unreadable', key: 'INCIDENT#inc-1 SLACK' })
    }
  })
})
