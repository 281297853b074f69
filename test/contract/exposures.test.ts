import { PutCommand } from '@aws-sdk/lib-dynamodb'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dynamoIdentityStore } from '../../shared/aws/identity-store.ts'
import { keys } from '../../shared/aws/table.ts'
import { ExposureGrade } from '../../shared/domain/exposure-report.ts'
import { type KeptReport, REPORT_LIMIT, REPORTING_SOURCES } from '../../shared/domain/report.ts'
import { memoryIdentityStore } from '../../shared/memory/identity-store.ts'
import type { IdentityStore } from '../../shared/ports/stores.ts'
import { type EmbeddedTable, embeddedTable } from './embedded-table.ts'

let embedded: EmbeddedTable
beforeAll(async () => {
  embedded = await embeddedTable()
})
afterAll(() => embedded.close())

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
    for (const report of [reportOf(key), early, other, secret, reportOf(key, { seenAt: 9000 })]) await store.addExposure(report)
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
      for (const id of ids) await store.addExposure(reportOf(key, { id }))
      return (await store.exposuresOf(key)).map(({ id }) => id)
    })
    expect(await Promise.all(ends)).toEqual([['a'], ['a']])
  })

  it('are of an importer of findings one, however many types it invents; of GuardDuty one of each type', async () => {
    const store = make()
    const key = someKey()
    for (let n = 0; n < 50; n++)
      await store.addExposure(findingOf(key, { source: 'security-hub', id: `x${n}`, type: `type ${n}`, seenAt: n }))
    for (let n = 0; n < 3; n++)
      await store.addExposure(findingOf(key, { source: 'guardduty', id: `g${n}`, type: `type ${n}`, seenAt: 100 + n }))
    expect((await store.exposuresOf(key)).map(({ id }) => id)).toEqual(['x0', 'g0', 'g1', 'g2'])
  })

  it('leaves out the weakest where there are too many', async () => {
    const store = make()
    const key = someKey()
    for (const source of REPORTING_SOURCES.slice(6))
      for (const grade of ExposureGrade.options)
        await store.addExposure(reportOf(key, { source, id: `${source}:${grade}`, grade, seenAt: grade === 'verified' ? 9000 : 1 }))
    const kept = await store.exposuresOf(key)
    expect(kept).toHaveLength(REPORT_LIMIT)
    expect(kept.filter(({ grade }) => grade === 'verified')).toHaveLength(REPORTING_SOURCES.length - 6)
  })
})

describe('exposures in memory and on DynamoDB', () => {
  it('are the same after any reports in any order', async () => {
    const report = fc.record({
      source: fc.constantFrom(...REPORTING_SOURCES),
      id: fc.constantFrom('a', 'b', 'c'),
      type: fc.constantFrom('x', 'y'),
      seenAt: fc.integer({ min: 1, max: 4 }),
      grade: fc.option(fc.constantFrom(...ExposureGrade.options), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(report, { minLength: 1, maxLength: 30 }), async (reports) => {
        const key = someKey()
        const stores = [memoryIdentityStore(), dynamoIdentityStore(embedded.table)]
        for (const { grade, ...rest } of reports)
          for (const store of stores) await store.addExposure({ ...rest, credentialId: key, ...(grade === undefined ? {} : { grade }) })
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
