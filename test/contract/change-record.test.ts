import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoChangeRecord } from '../../shared/aws/change-record.ts'
import { type Change, verifyChain } from '../../shared/domain/change.ts'
import { memoryChangeRecord } from '../../shared/memory/change-record.ts'
import { type ChangeRecord, PAGE_SIZE } from '../../shared/ports/stores.ts'
import { dynamoError, type EmbeddedTable, embeddedTable } from './embedded-table.ts'
import { chainOf } from './samples.ts'

const embedded: EmbeddedTable[] = []
const fresh = async () => {
  const one = await embeddedTable()
  embedded.push(one)
  return one
}
afterAll(() => Promise.all(embedded.map((one) => one.close())))

async function all(subjects: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = []
  for await (const subject of subjects) found.push(subject)
  return found.sort()
}

describe.each([
  { name: 'in memory', make: async (): Promise<ChangeRecord> => memoryChangeRecord() },
  { name: 'on DynamoDB', make: async () => dynamoChangeRecord((await fresh()).table) },
  { name: 'on DynamoDB in pages of two', make: async () => dynamoChangeRecord((await fresh()).paged(2)) },
])('the record $name', ({ make }) => {
  let record: ChangeRecord
  beforeAll(async () => {
    record = await make()
  })

  it('has no last entry and no list of a chain that is not there', async () => {
    expect(await record.last('POLICY')).toBeUndefined()
    expect(await record.list('POLICY')).toEqual([])
    expect(await all(record.subjects())).toEqual([])
  })

  it('gives back entries in the order of their numbers, to the letter, so that the chain still holds', async () => {
    const changes = chainOf('INCIDENT#inc-1', 12)
    for (const change of changes) expect(await record.append(change)).toBe(true)
    expect(await record.list('INCIDENT#inc-1')).toEqual(changes)
    expect(await record.last('INCIDENT#inc-1')).toEqual(changes.at(-1))
    expect(verifyChain('INCIDENT#inc-1', await record.list('INCIDENT#inc-1'), changes.at(-1))).toBeUndefined()
  })

  it('refuses an entry whose number is taken, and keeps the first', async () => {
    const [first, second] = chainOf('INCIDENT#inc-2', 2)
    const other = { ...first, why: 'another' } as NonNullable<typeof first>
    for (const change of [first, second]) if (change !== undefined) await record.append(change)
    expect(await record.append(other)).toBe(false)
    expect((await record.list('INCIDENT#inc-2')).map(({ why }) => why)).toEqual(['entry 0', 'entry 1'])
  })

  it('lets one of several writers have the number', async () => {
    const [first] = chainOf('INCIDENT#inc-3', 1)
    const appended = await Promise.all(Array.from({ length: 4 }, () => record.append(first as NonNullable<typeof first>)))
    expect(appended.filter(Boolean)).toHaveLength(1)
  })

  it('shows a gap in place of closing it', async () => {
    const changes = chainOf('INCIDENT#inc-gap', 3)
    for (const at of [0, 2]) await record.append(changes[at] as NonNullable<(typeof changes)[0]>)
    expect((await record.last('INCIDENT#inc-gap'))?.number).toBe(3)
    expect(verifyChain('INCIDENT#inc-gap', await record.list('INCIDENT#inc-gap'))).toMatchObject({ number: 2, fault: 'missing' })
  })

  it('gives a chain out in pages from any number on, and says whether there is more', async () => {
    const changes = chainOf('ORDER#inc-paged', PAGE_SIZE * 2 + 5)
    for (const change of changes) await record.append(change)
    for (const from of [1, 2, PAGE_SIZE, changes.length]) {
      const read: Change[] = []
      for (let hasMore = true; hasMore; ) {
        const page = await record.page('ORDER#inc-paged', from + read.length)
        expect(page.changes.length).toBeLessThanOrEqual(PAGE_SIZE)
        read.push(...page.changes)
        hasMore = page.hasMore
      }
      expect(read).toEqual(changes.slice(from - 1))
    }
    expect(await record.page('ORDER#inc-paged', changes.length + 1)).toEqual({ changes: [], hasMore: false })
    expect(await record.page('ORDER#none', 1)).toEqual({ changes: [], hasMore: false })
  })

  it('names every chain once', async () => {
    for (const change of chainOf('POLICY', 3)) await record.append(change)
    expect(await all(record.subjects())).toEqual([
      'INCIDENT#inc-1',
      'INCIDENT#inc-2',
      'INCIDENT#inc-3',
      'INCIDENT#inc-gap',
      'ORDER#inc-paged',
      'POLICY',
    ])
  })

  it('does not share what it gives out', async () => {
    const before = await record.list('POLICY')
    Object.assign(before[0] as object, { why: 'edited' })
    expect((await record.list('POLICY'))[0]?.why).toBe('entry 0')
  })
})

describe('the record on a DynamoDB in trouble', () => {
  it('throws where it cannot write: that is not "the number is taken"', async () => {
    const record = dynamoChangeRecord(await (await fresh()).behind(() => dynamoError('AccessDeniedException')))
    const [first] = chainOf('POLICY', 1)
    await expect(record.append(first as NonNullable<typeof first>)).rejects.toMatchObject({ name: 'AccessDeniedException' })
    await expect(record.last('POLICY')).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })

  it('says that a number is taken where its own first try took it, unanswered', async () => {
    // A put that was lost on the way back is sent again by the SDK, and meets itself: the writer then reads and goes on.
    let answers = 0
    const one = await fresh()
    const [first] = chainOf('POLICY', 1)
    const entry = first as NonNullable<typeof first>
    await dynamoChangeRecord(one.table).append(entry)
    const table = await one.behind(() => {
      answers += 1
      return answers === 1 ? dynamoError('InternalServerError', 500) : undefined
    })
    const record = dynamoChangeRecord(table)
    expect(await record.append(entry)).toBe(false)
    expect((await record.last('POLICY'))?.hash).toBe(entry.hash)
  })
})
