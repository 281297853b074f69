import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, describe, expect, it } from 'vitest'
import { dynamoArchiveTable } from '../../shared/aws/archive-table.ts'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { s3Client } from '../../shared/aws/clients.ts'
import { s3IncidentArchive } from '../../shared/aws/incident-archive.ts'
import { dynamoIncidentStore } from '../../shared/aws/incident-store.ts'
import { dynamoPostings } from '../../shared/aws/postings.ts'
import { keys } from '../../shared/aws/table.ts'
import { archiveKey, sha256Of } from '../../shared/domain/archive.ts'
import { memoryArchiveTable } from '../../shared/memory/archive-table.ts'
import { memoryChangeRecord, type StoredChains } from '../../shared/memory/change-record.ts'
import { memoryIncidentArchive } from '../../shared/memory/incident-archive.ts'
import { memoryIncidentStore, noTexts } from '../../shared/memory/incident-store.ts'
import type { ArchiveTable, IncidentArchive } from '../../shared/ports/archive.ts'
import type { ChangeRecord, IncidentStore } from '../../shared/ports/stores.ts'
import { make } from '../archive-world.ts'
import { type EmbeddedTable, embeddedTable } from './embedded-table.ts'
import { fakeS3 } from './fake-s3.ts'
import { loopback } from './loopback.ts'
import { signalOf } from './samples.ts'

const ID = 'inc-0123456789ab'
const OTHER = 'inc-0123456789ac'
const OPEN = 'inc-0123456789ad'
const closing: (() => Promise<unknown>)[] = []
afterAll(() => Promise.all(closing.map((close) => close())))

interface Stores {
  readonly table: ArchiveTable
  readonly record: ChangeRecord
  readonly incidents: IncidentStore
  readonly embedded?: EmbeddedTable
}

const inMemory = async (): Promise<Stores> => {
  const texts = noTexts()
  const chains: StoredChains = new Map()
  return { table: memoryArchiveTable(texts, chains), record: memoryChangeRecord(chains), incidents: memoryIncidentStore(texts) }
}
const inDynamo = async (): Promise<Stores> => {
  const embedded = await embeddedTable()
  closing.push(() => embedded.close())
  const { table } = embedded
  return { table: dynamoArchiveTable(table), record: dynamoChangeRecord(table), incidents: dynamoIncidentStore(table), embedded }
}

const everyClosed = async (table: ArchiveTable): Promise<string[]> => {
  const ids: string[] = []
  for (let page = await table.closed(undefined); ; page = await table.closed(page.next)) {
    ids.push(...page.ids)
    if (page.next === undefined) return ids.sort()
  }
}

describe.each<{ name: string; open: () => Promise<Stores> }>([
  { name: 'in memory', open: inMemory },
  { name: 'in DynamoDB', open: inDynamo },
])('the items of incidents $name', ({ open }) => {
  it('are listed while they are closed and not settled', async () => {
    const { table, record, incidents } = await open()
    for (const id of [ID, OTHER]) await make({ id }, { record, incidents })
    await make({ id: OPEN, parts: { state: 'asking' } }, { record, incidents })
    expect(await everyClosed(table)).toEqual([ID, OTHER])
    const stored = await incidents.get(ID)
    if (stored === undefined) throw new Error('not stored')
    expect(await table.settle({ ...stored, version: 7 })).toBe(false)
    expect(await table.settle(stored)).toBe(true)
    expect(await everyClosed(table)).toEqual([OTHER])
    // Whoever saves it again makes archive look at it again.
    expect(await incidents.save(stored.value, stored.version + 1)).toBe(true)
    expect(await everyClosed(table)).toEqual([ID, OTHER])
  })

  it('are read as they are stored, and removed only as they are', async () => {
    const { table, record, incidents } = await open()
    await make({ id: ID, entries: 3, orders: 2, step: 'undone', signals: 2 }, { record, incidents })
    await make({ id: OTHER }, { record, incidents })
    const items = await table.read(ID)
    expect(items.map(({ pk, sk }) => `${pk} ${sk.split('#')[0]}`).sort()).toEqual(
      [
        `INCIDENT#${ID} META`,
        ...Array(2).fill(`INCIDENT#${ID} SIGNAL`),
        ...Array(3).fill(`INCIDENT#${ID} CHANGE`),
        ...Array(2).fill(`ORDER#${ID} CHANGE`),
        ...Array(2).fill(`STEPS#${ID} CHANGE`),
      ].sort(),
    )
    const signal = items.find(({ sk }) => sk.startsWith('SIGNAL#'))
    const entry = items.find(({ sk }) => sk.startsWith('CHANGE#'))
    if (signal === undefined || entry === undefined) throw new Error('not read')
    expect(await table.remove({ ...signal, signal: 'another' })).toBe(false)
    expect(await table.remove({ ...entry, change: 'another' })).toBe(false)
    expect(await table.read(ID)).toEqual(items)
    for (const one of [signal, entry]) {
      expect(await table.remove(one)).toBe(true)
      expect(await table.remove(one)).toBe(false)
    }
    expect(await table.read(ID)).toEqual(items.filter((one) => one !== signal && one !== entry))
    expect(await table.read('inc-none00000000')).toEqual([])
  })

  it('remember where a run stopped', async () => {
    const { table } = await open()
    expect(await table.place()).toBeUndefined()
    const place = JSON.stringify({ pk: `INCIDENT#${ID}`, sk: 'META' })
    await table.keepPlace(place)
    expect(await table.place()).toBe(place)
    await table.keepPlace(undefined)
    expect(await table.place()).toBeUndefined()
  })
})

describe('the items of incidents in DynamoDB', () => {
  it('leave what stands in Slack where it is, and take how far a timeline is thinned', async () => {
    const { table, record, incidents, embedded } = await inDynamo()
    if (embedded === undefined) throw new Error('no table')
    await make({ id: ID, signals: 0 }, { record, incidents })
    for (let at = 0; at < 200; at++) await incidents.addSignal(ID, signalOf(`f-${at}`, at * 1000))
    await dynamoPostings(embedded.table).put(ID, { channel: 'C0123ABCD', ts: '1772452800.000100', told: 'ask 1' }, undefined)
    const items = await table.read(ID)
    expect(items.map(({ sk }) => sk)).toContain('THINNING')
    expect(items.map(({ sk }) => sk)).not.toContain('SLACK')
    for (const item of items) if (item.sk !== 'META') expect(await table.remove(item)).toBe(true)
    expect((await table.read(ID)).map(({ sk }) => sk)).toEqual(['META'])
    expect(await dynamoPostings(embedded.table).get(ID)).toBeDefined()
  })

  it('goes on page by page from the place of the run before, and begins anew where that is none', async () => {
    const { record, incidents, embedded } = await inDynamo()
    if (embedded === undefined) throw new Error('no table')
    for (const id of [ID, OTHER]) await make({ id }, { record, incidents })
    const table = dynamoArchiveTable(embedded.paged(2))
    expect(await everyClosed(table)).toEqual([ID, OTHER])
    const { client, name } = embedded.table
    for (const place of ['{', '7', '{"pk":1,"sk":2}']) {
      await client.send(new PutCommand({ TableName: name, Item: { ...keys.archivePlace(), place } }))
      expect(await table.place()).toBeUndefined()
    }
  })

  it('says of an item with attributes that no release writes that it cannot be read', async () => {
    const { table, record, incidents, embedded } = await inDynamo()
    if (embedded === undefined) throw new Error('no table')
    await make({ id: ID }, { record, incidents })
    const { client, name } = embedded.table
    const UpdateExpression = 'SET odd = :odd'
    await client.send(
      new UpdateCommand({ TableName: name, Key: keys.incident(ID), UpdateExpression, ExpressionAttributeValues: { ':odd': [1] } }),
    )
    await expect(table.read(ID)).rejects.toMatchObject({ code: 'store.unreadable' })
  })
})

const bucket = async (pageSize?: number) => {
  const s3 = await fakeS3(pageSize)
  closing.push(s3.wire.close)
  return { ...s3, archive: s3IncidentArchive(s3Client(s3.wire.options), 'seals-bucket') }
}
const TEXT = '{"a":"ü"}\n'
const HASH = sha256Of(TEXT)
const KEY = archiveKey(ID, HASH)

describe.each<{ name: string; open: () => Promise<IncidentArchive> }>([
  { name: 'in memory', open: async () => memoryIncidentArchive() },
  { name: 'in a bucket', open: async () => (await bucket()).archive },
])('the archive $name', ({ open }) => {
  it('gives back what was put, again and again, and says what is not there', async () => {
    const archive = await open()
    expect(await archive.get(ID, HASH)).toEqual({ kind: 'missing' })
    await archive.put(ID, HASH, TEXT)
    await archive.put(ID, HASH, TEXT)
    expect(await archive.get(ID, HASH)).toEqual({ kind: 'found', text: TEXT })
    expect(await archive.get(OTHER, HASH)).toEqual({ kind: 'missing' })
  })

  it('says where what is there has another hash', async () => {
    const archive = await open()
    await archive.put(ID, HASH, 'a lie')
    expect(await archive.get(ID, HASH)).toEqual({ kind: 'changed', text: 'a lie' })
  })
})

describe('the archive in a bucket', () => {
  it('reads the version that fits the hash, whatever was put over it, under it, or deleted since', async () => {
    const { archive, overwrite, hide } = await bucket(1)
    overwrite(KEY, 'planted before')
    overwrite(KEY, TEXT)
    overwrite(KEY, 'a lie')
    expect(await archive.get(ID, HASH)).toEqual({ kind: 'found', text: TEXT })
    hide(KEY)
    expect(await archive.get(ID, HASH)).toEqual({ kind: 'found', text: TEXT })
  })

  it('throws where S3 says no: that is neither "missing" nor "there already"', async () => {
    const body = '<Error><Code>AccessDenied</Code></Error>'
    const wire = await loopback(() => ({ status: 403, headers: { 'content-type': 'application/xml' }, body }))
    closing.push(wire.close)
    const archive = s3IncidentArchive(s3Client(wire.options), 'seals-bucket')
    await expect(archive.put(ID, HASH, TEXT)).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(archive.get(ID, HASH)).rejects.toMatchObject({ name: 'AccessDenied' })
  })
})
