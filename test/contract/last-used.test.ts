import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { iamClient } from '../../shared/aws/clients.ts'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { iamLastUsed } from '../../shared/aws/last-used.ts'
import { dynamoLastUsedStore } from '../../shared/aws/last-used-store.ts'
import { keys } from '../../shared/aws/table.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import type { LastUsed } from '../../shared/domain/last-used.ts'
import { memoryIdentityStore } from '../../shared/memory/identity-store.ts'
import { memoryLastUsed, memoryLastUsedStore } from '../../shared/memory/last-used.ts'
import type { LastUsedStore, LastUsedTurn } from '../../shared/ports/last-used.ts'
import type { IdentityStore } from '../../shared/ports/stores.ts'
import { printedAnswer, SINCE, snapshotAt } from '../last-used.ts'
import { type EmbeddedTable, embeddedTable } from './embedded-table.ts'
import { type IamWire, iamWire } from './iam-wire.ts'
import { stateOf, user } from './samples.ts'

let embedded: EmbeddedTable
const wires: IamWire[] = []
beforeAll(async () => {
  embedded = await embeddedTable()
})
afterAll(() => Promise.all([embedded.close(), ...wires.map((wire) => wire.close())]))

let made = 0
const somebody = () => user(`last-used-${++made}`)
const DATA: LastUsed = { principalId: 'AIDAEXAMPLE000000001', snapshots: [snapshotAt(6, { s3: 30 }, ['sqs'])] }

async function turnsOf(store: LastUsedStore, ids: readonly string[]): Promise<LastUsedTurn[]> {
  const turns: LastUsedTurn[] = []
  for await (const turn of store.turns()) if (ids.includes(turn.identityId)) turns.push(turn)
  return turns.sort((a, b) => (a.identityId < b.identityId ? -1 : 1))
}

describe.each([
  {
    name: 'in memory',
    make(): { store: LastUsedStore; identities: IdentityStore } {
      const identities = memoryIdentityStore()
      return { store: memoryLastUsedStore(identities), identities }
    },
  },
  {
    name: 'on DynamoDB',
    make: () => ({ store: dynamoLastUsedStore(embedded.paged(2)), identities: dynamoIdentityStore(embedded.table) }),
  },
])('the store of last-used data $name', ({ make }) => {
  it('knows nothing of whom it was not told of', async () => {
    expect(await make().store.read(somebody().id)).toEqual({ value: undefined, version: 0 })
  })

  it('gives back what was saved, with the next version', async () => {
    const { store } = make()
    const { id } = somebody()
    expect(await store.save(id, DATA, { version: 0, triedAt: SINCE })).toBe(true)
    expect(await store.save(id, { snapshots: [] }, { version: 1, triedAt: SINCE })).toBe(true)
    expect(await store.save(id, DATA, { version: 2, triedAt: SINCE })).toBe(true)
    expect(await store.read(id)).toEqual({ value: DATA, version: 3 })
  })

  it('writes nothing over what another writer saved meanwhile', async () => {
    const { store } = make()
    const { id } = somebody()
    await store.save(id, DATA, { version: 0, triedAt: SINCE })
    expect(await store.save(id, { snapshots: [] }, { version: 0, triedAt: SINCE })).toBe(false)
    expect((await store.read(id)).value).toEqual(DATA)
  })

  it('names every identity that has a baseline and nobody else, with when it was asked about', async () => {
    const { store, identities } = make()
    const [asked, never, unknown] = [somebody(), somebody(), somebody()]
    await identities.saveState(stateOf(asked), 0)
    await identities.saveState(stateOf(never), 0)
    for (const { id } of [asked, unknown]) await store.save(id, DATA, { version: 0, triedAt: SINCE })
    expect(await turnsOf(store, [asked.id, never.id, unknown.id])).toEqual([
      { identityId: asked.id, triedAt: SINCE },
      { identityId: never.id, triedAt: 0 },
    ])
  })
})

describe('the store of last-used data on DynamoDB', () => {
  it.each([
    ['of a newer release', { lastUsed: '{"v":9,"snapshots":[]}', version: 4 }, 4],
    ['not JSON', { lastUsed: '{', version: 4 }, 4],
    [
      'of a service that is a pattern',
      { lastUsed: JSON.stringify({ v: 1, snapshots: [{ ...snapshotAt(6, { '*': 30 }) }] }), version: 4 },
      4,
    ],
    ['without a version', { lastUsed: '{"v":1,"snapshots":[]}' }, 0],
  ])('tells what cannot be read, such as a text %s, by its key', async (_, parts, version) => {
    const store = dynamoLastUsedStore(embedded.table)
    const { id } = somebody()
    await embedded.table.client.send(new PutCommand({ TableName: embedded.table.name, Item: { ...keys.lastUsed(id), ...parts } }))
    const stored = await store.read(id)
    expect(stored).toMatchObject({ value: undefined, version, unreadable: { key: `LASTUSED#${id}` } })
    if (version > 0) expect(await store.save(id, DATA, { version, triedAt: SINCE })).toBe(true)
  })
})

const ANSWER = printedAnswer(SINCE, { s3: SINCE - 5000, dynamodb: null, sqs: SINCE - 9000, sns: null, ec2: SINCE - 1000 })
const SNAPSHOT = {
  takenAt: SINCE,
  used: [
    { service: 's3', at: SINCE - 5000 },
    { service: 'sqs', at: SINCE - 9000 },
    { service: 'ec2', at: SINCE - 1000 },
  ],
  neverUsed: ['dynamodb', 'sns'],
}
const DEPLOY = user('ci-deploy').id

async function onTheWire(answers: ReadonlyMap<string, unknown> = new Map([[DEPLOY, ANSWER]])) {
  const wire = await iamWire(AuthorizationDetails.parse({}), answers)
  wires.push(wire)
  const waits: number[] = []
  return { wire, waits, source: iamLastUsed(iamClient(wire.options), async (ms) => void waits.push(ms)) }
}

describe.each([
  { name: 'in memory', make: async () => memoryLastUsed(new Map([[DEPLOY, ANSWER]])) },
  { name: 'by its API', make: async () => (await onTheWire()).source },
])('last-used data of IAM $name', ({ make }) => {
  it('is a snapshot of all pages', async () => {
    expect(await (await make()).take(DEPLOY)).toEqual({ kind: 'taken', snapshot: SNAPSHOT })
  })

  it('is unknown of somebody who is not there', async () => {
    expect(await (await make()).take(user('nobody').id)).toEqual({ kind: 'unknown' })
  })
})

describe('last-used data of IAM by its API', () => {
  it('is waited for longer each time while the job runs, and given up after a minute', async () => {
    const { source, waits, wire } = await onTheWire()
    await source.take(DEPLOY)
    expect(waits).toEqual([1000, 2000])
    expect(wire.calls('GetServiceLastAccessedDetails')).toBe(4)
    const slow = await onTheWire(new Map([[DEPLOY, { ...ANSWER, JobStatus: 'IN_PROGRESS' }]]))
    expect(await slow.source.take(DEPLOY)).toEqual({ kind: 'failed', why: 'job too slow' })
    expect(slow.waits.reduce((sum, ms) => sum + ms, 0)).toBe(55_000)
  })

  it('says that a job failed, and what cannot be read', async () => {
    for (const [answer, why] of [
      [{ ...ANSWER, JobStatus: 'FAILED' }, 'job failed'],
      [printedAnswer(SINCE, { 's3:*': SINCE }), 'unreadable'],
      [printedAnswer(SINCE, Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`s${at}`, SINCE]))), 'unreadable'],
    ] as const)
      expect(await (await onTheWire(new Map([[DEPLOY, answer]]))).source.take(DEPLOY)).toEqual({ kind: 'failed', why })
  })

  it.each(['GenerateServiceLastAccessedDetails', 'GetServiceLastAccessedDetails'])(
    'says that IAM takes no more calls where %s is throttled three times, and throws where it fails otherwise',
    async (verb) => {
      const { source, wire } = await onTheWire()
      wire.fail(verb, ...Array(3).fill({ code: 'Throttling', status: 400 }))
      expect(await source.take(DEPLOY)).toEqual({ kind: 'throttled' })
      wire.fail(verb, { code: 'AccessDenied', status: 403 })
      await expect(source.take(DEPLOY)).rejects.toThrow()
    },
  )
})
