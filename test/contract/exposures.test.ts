import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { keys } from '../../shared/aws/table.ts'
import { ID_ONLY_DAYS, RENEWED_DAYS, SESSION_DAYS } from '../../shared/domain/exposure-life.ts'
import { ExposureGrade } from '../../shared/domain/exposure-report.ts'
import { kindOfReport } from '../../shared/domain/kept-reports.ts'
import { type KeptReport, REPORT_LIMIT, REPORTING_SOURCES } from '../../shared/domain/report.ts'
import { memoryIdentityStore } from '../../shared/memory/identity-store.ts'
import type { IdentityStore } from '../../shared/ports/stores.ts'
import { type EmbeddedTable, embeddedTable } from './embedded-table.ts'

let embedded: EmbeddedTable
beforeAll(async () => {
  embedded = await embeddedTable()
})
afterAll(() => embedded.close())

const NOW = Date.UTC(2026, 0, 31)
const DAY = 86_400_000

let made = 0
/** A key that no other test has met: they share the table. */
const someKey = () => `AKIACONTRACT${String(++made).padStart(8, '0')}`
const reportOf = (credentialId: string, parts: Partial<KeptReport> = {}): KeptReport => ({
  source: 'jira',
  id: 'jira:1',
  type: 'id-only',
  grade: 'id-only',
  seenAt: 5000,
  place: 'ticket OPS-7',
  credentialId,
  ...parts,
})
const { grade: _, ...FINDING } = reportOf('')
const findingOf = (credentialId: string, parts: Partial<KeptReport>): KeptReport => ({ ...FINDING, credentialId, ...parts })

describe.each([
  { name: 'in memory', make: (): IdentityStore => memoryIdentityStore() },
  { name: 'on DynamoDB', make: () => dynamoIdentityStore(embedded.table) },
])('what is kept of exposures $name', ({ make }) => {
  it('is nothing of a credential of which nothing was told', async () => {
    expect(await make().exposuresOf(someKey())).toEqual([])
  })

  it('is of each source and grade the earliest, in the order of their times, whichever came first', async () => {
    const store = make()
    const key = someKey()
    const early = reportOf(key, { id: 'jira:0', seenAt: 1000 })
    const other = reportOf(key, { source: 'logs', id: 'logs:1', seenAt: 3000 })
    const secret = reportOf(key, { id: 'jira:2', grade: 'with-secret', type: 'with-secret', seenAt: 2000 })
    for (const report of [reportOf(key), early, other, secret, reportOf(key, { seenAt: 9000 })]) await store.addExposure(report, NOW)
    expect(await store.exposuresOf(key)).toEqual([early, secret, other])
    expect(await store.exposuresOf(someKey())).toEqual([])
  })

  it('is of one time the same one, whichever came first', async () => {
    const ends = [
      ['a', 'b'],
      ['b', 'a'],
    ].map(async (ids) => {
      const store = make()
      const key = someKey()
      for (const id of ids) await store.addExposure(reportOf(key, { id }), NOW)
      return (await store.exposuresOf(key)).map(({ id }) => id)
    })
    expect(await Promise.all(ends)).toEqual([['a'], ['a']])
  })

  it('are of an importer of findings one, however many types it invents; of GuardDuty one of each type', async () => {
    const store = make()
    const key = someKey()
    for (let n = 0; n < 50; n++)
      await store.addExposure(findingOf(key, { source: 'security-hub', id: `x${n}`, type: `type ${n}`, seenAt: n }), NOW)
    for (let n = 0; n < 3; n++)
      await store.addExposure(findingOf(key, { source: 'guardduty', id: `g${n}`, type: `type ${n}`, seenAt: 100 + n }), NOW)
    expect((await store.exposuresOf(key)).map(({ id }) => id)).toEqual(['x0', 'g0', 'g1', 'g2'])
  })

  it('leaves out the weakest where there are too many', async () => {
    const store = make()
    const key = someKey()
    for (const source of REPORTING_SOURCES.slice(6))
      for (const grade of ExposureGrade.options)
        await store.addExposure(reportOf(key, { source, id: `${source}:${grade}`, grade, seenAt: grade === 'verified' ? 9000 : 1 }), NOW)
    const kept = await store.exposuresOf(key)
    expect(kept).toHaveLength(REPORT_LIMIT)
    expect(kept.filter(({ grade }) => grade === 'verified')).toHaveLength(REPORTING_SOURCES.length - 6)
  })
})

describe.each([
  { name: 'in memory', make: (): IdentityStore => memoryIdentityStore() },
  { name: 'on DynamoDB', make: () => dynamoIdentityStore(embedded.table) },
])('an exposure that may be forgotten $name', ({ make }) => {
  const seenTwice = async (credentialId: string, grade: KeptReport['grade'] & string, days: number) => {
    const store = make()
    const report = (id: string, seenAt: number) => reportOf(credentialId, { id, seenAt, grade, type: grade })
    await store.addExposure(report('first', NOW), NOW)
    await store.addExposure(report('again', NOW + days * DAY), NOW + days * DAY)
    return (await store.exposuresOf(credentialId)).map(({ id }) => id)
  }

  it('stays the earliest, until it is about to be forgotten: then what is reported again takes its place', async () => {
    expect(await seenTwice(someKey(), 'id-only', ID_ONLY_DAYS - RENEWED_DAYS - 1)).toEqual(['first'])
    expect(await seenTwice(someKey(), 'id-only', ID_ONLY_DAYS - RENEWED_DAYS + 1)).toEqual(['again'])
    // A session is over by then, and so are the events of it that may still come.
    expect(await seenTwice(someKey().replace('AKIA', 'ASIA'), 'verified', 16)).toEqual(['first'])
  })

  it.each(['verified', 'with-secret'] as const)('is none whose secret was seen: %s stays the earliest for good', async (grade) => {
    expect(await seenTwice(someKey(), grade, 4000)).toEqual(['first'])
  })
})

describe('how long an exposure is stored', () => {
  const storedUntil = async (credentialId: string, grade: KeptReport['grade']) => {
    const report = grade === undefined ? findingOf(credentialId, { source: 'guardduty' }) : reportOf(credentialId, { grade, seenAt: 1 })
    await dynamoIdentityStore(embedded.table).addExposure(report, NOW)
    const Key = keys.exposure(credentialId, kindOfReport(report))
    const { Item } = await embedded.table.client.send(new GetCommand({ TableName: embedded.table.name, Key }))
    return Item?.expiresAt === undefined ? undefined : (Number(Item.expiresAt) * 1000 - NOW) / DAY
  }

  it.each([...ExposureGrade.options, undefined])(
    'of grade %s is by the clock of the responder, and not by what a party says',
    async (grade) => {
      expect(await storedUntil(someKey(), grade)).toBe(grade === 'id-only' ? ID_ONLY_DAYS : undefined)
      expect(await storedUntil(someKey().replace('AKIA', 'ASIA'), grade)).toBe(SESSION_DAYS)
    },
  )

  it('of a session is longer than it can last and its events can be late, also where it gives way to what comes again', () => {
    const [lasts, late] = [1.5, 14]
    expect(SESSION_DAYS - RENEWED_DAYS).toBeGreaterThan(lasts + late)
  })
})

describe('exposures in memory and on DynamoDB', () => {
  it('are the same after any reports in any order', async () => {
    const report = fc.record({
      source: fc.constantFrom(...REPORTING_SOURCES),
      id: fc.constantFrom('a', 'b', 'c'),
      type: fc.constantFrom('x', 'y'),
      seenAt: fc.integer({ min: 1, max: 4 }),
      days: fc.constantFrom(0, 1, 380, 500),
      grade: fc.option(fc.constantFrom(...ExposureGrade.options), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(report, { minLength: 1, maxLength: 30 }), async (reports) => {
        const key = someKey()
        const stores = [memoryIdentityStore(), dynamoIdentityStore(embedded.table)]
        for (const { grade, days, ...rest } of reports)
          for (const store of stores)
            await store.addExposure({ ...rest, credentialId: key, ...(grade === undefined ? {} : { grade }) }, NOW + days * DAY)
        const [inMemory, onDynamo] = await Promise.all(stores.map((store) => store.exposuresOf(key)))
        expect(onDynamo).toEqual(inMemory)
      }),
      { numRuns: 25 },
    )
  })
})

describe('an exposure on DynamoDB that cannot be read', () => {
  it.each([
    ['no report', 'x'],
    ['of another credential', JSON.stringify({ v: 1, report: reportOf('AKIAOTHER00000000001') })],
    ['of a later version', JSON.stringify({ v: 99, report: {} })],
  ])('is named: %s', async (_, report) => {
    const key = someKey()
    await embedded.table.client.send(
      new PutCommand({ TableName: embedded.table.name, Item: { ...keys.exposure(key, 'jira#id-only'), seenAt: 1, report } }),
    )
    await expect(dynamoIdentityStore(embedded.table).exposuresOf(key)).rejects.toMatchObject({
      name: 'UnreadableItem',
      message: expect.stringContaining(`EXPOSURE#${key}/REPORT#jira#id-only`),
    })
  })
})
