import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readInTimeOrder } from '../../local/read/in-time-order.ts'
import { timeIn } from '../../local/read/timed.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { CALLS, type Fields } from './input-forms.ts'
import { file, folder, read, text, unexpected } from './read-input.ts'
import { asff, event, guardDuty, ocsfFinding, REPORT_FILES, REPORTS } from './report-forms.ts'

const TIME = '2026-01-05T08:00:02.500Z'
const all = () => Object.values(REPORTS).map((report) => report(TIME))
const signalsIn = (record: unknown) => {
  const normalised = normalise(record)
  return normalised.kind === 'signals' ? normalised.signals : []
}

let trees = 0
function tree(files: Readonly<Record<string, string | Buffer>>): string {
  const path = join(folder, `reports-${trees++}`)
  mkdirSync(path)
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content)
  return path
}

describe('what other parties report is read beside the records', () => {
  it.each(Object.entries(REPORTS))('%s, at the time of its signal', (_, report) => {
    const record = report(TIME)
    const times = signalsIn(record).map(({ time }) => time)
    expect(times.length).toBeGreaterThan(0)
    expect(timeIn(record)).toBe(Math.min(...times))
    expect(Math.min(...times)).toBe(Date.parse(TIME))
  })

  it.each(Object.entries(REPORT_FILES))('in a file of its own, found in a folder: %s', async (_, written) => {
    const { records, problems, skipped } = await read([tree({ 'a.json': text({ Records: CALLS }), 'b.json': written(all()) })])
    expect(problems).toEqual([])
    expect(skipped).toEqual([])
    expect(records).toEqual([...CALLS, ...all()])
  })

  it('as the command line of GuardDuty prints it', async () => {
    const capital = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(capital)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value).map(([name, one]) => [`${name.charAt(0).toUpperCase()}${name.slice(1)}`, capital(one)]),
      )
    }
    const { records } = await read([file(text({ Findings: [capital(guardDuty(TIME))] }))])
    expect(records).toEqual([guardDuty(TIME)])
  })

  it('in an envelope of another source, as a rule of EventBridge may send it on', async () => {
    const { records } = await read([file(text(event('my.security', 'forwarded', TIME, guardDuty(TIME))))])
    expect(records.flatMap(signalsIn)).toHaveLength(1)
  })

  it('in a list of more than one piece of what is read at once', async () => {
    const many = Array.from({ length: 9000 }, (_, at) => guardDuty(new Date(Date.parse(TIME) + at * 1000).toISOString()))
    const { records, problems } = await read([tree({ 'findings.json': text(many) })])
    expect(problems).toEqual([])
    expect(records).toHaveLength(many.length)
  })
})

describe('nothing beside a report becomes damage by it', () => {
  const others: readonly Fields[] = [{ name: 'x', version: 1 }, { schemaVersion: '2.0', type: 'A:B/C', service: {} }, { schemaVersion: 1 }]

  it('other JSON in one file with findings is passed over as without them', async () => {
    const lines = (values: readonly unknown[]) => values.map((value) => `${text(value)}\n`).join('')
    const without = await read([tree({ 'a.json': lines(others) })])
    const { problems, skipped, records } = await read([tree({ 'a.json': lines([guardDuty(TIME), ...others, asff(TIME)]) })])
    expect(problems).toEqual([])
    expect(skipped.map(([, kind]) => kind)).toEqual(without.skipped.map(([, kind]) => kind))
    expect(records).toHaveLength(2)
  })

  it.each([
    ['a vulnerability in OCSF, which names no account', ocsfFinding(TIME, { class_uid: 2002, cloud: {} })],
    ['a detection of a product outside AWS in OCSF', ocsfFinding(TIME, { cloud: { provider: 'other' } })],
  ])('%s is passed over', async (_, finding) => {
    const { records, skipped, problems } = await read([tree({ 'a.json': text(finding) })])
    expect([records, problems, skipped.map(([, kind]) => kind)]).toEqual([[], [], ['other OCSF events']])
  })

  it.each([
    ['a sample', guardDuty(TIME, { service: { additionalInfo: { sample: true } } }), 'GuardDuty sample finding'],
    ['an archived one', asff(TIME, { RecordState: 'ARCHIVED' }), 'Security Hub finding that is archived'],
    ['one of another class', ocsfFinding(TIME, { class_uid: 2003 }), 'OCSF finding that is no Detection Finding'],
    [
      'one about no credential',
      guardDuty(TIME, { resource: { resourceType: 'S3Bucket' } }),
      'GuardDuty finding that is about S3Bucket, and names no credential',
    ],
  ])('a finding that says nothing of a credential is read, and ignored with its reason: %s', async (_, finding, reason) => {
    const { records } = await read([tree({ 'a.json': text(finding) })])
    expect(records.map(normalise)).toEqual([{ kind: 'ignored', reason }])
  })

  it('an event of a source that is not read is counted by its name', async () => {
    const { skipped } = await read([tree({ 'a.json': text(event('aws.ec2', 'EC2 State\u202echange', TIME, { state: 'running' })) })])
    expect(skipped.map(([, kind]) => kind)).toEqual(['unknown source aws.ec2, EC2 State?change'])
  })

  it('a finding of which something is missing is damage, and is told', async () => {
    const { records } = await read([tree({ 'a.json': text({ ...guardDuty(TIME), arn: undefined, id: undefined }) })])
    expect(records.map(normalise)).toEqual([{ kind: 'unreadable', reason: 'GuardDuty finding without type, id, accountId or time' }])
  })
})

describe('records and reports come in one order of time', () => {
  const limits = [{}, { heldBytes: 4000, openFiles: 3 }, { heldBytes: 4000, openFiles: 3, parsedBytes: 0 }]
  const makers = Object.values(REPORTS)

  it('whatever files they lie in, in whatever form, and however little memory there is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ second: fc.nat(3000), kind: fc.nat(makers.length), at: fc.nat(3) }), { minLength: 1, maxLength: 60 }),
        fc.nat(Object.keys(REPORT_FILES).length - 1),
        fc.constantFrom(...limits),
        async (chosen, form, limit) => {
          const start = Date.UTC(2026, 0, 5)
          const entries = chosen.map(({ second, kind, at }, number) => {
            const time = new Date(start + second * 1000).toISOString()
            const call = { ...(CALLS[0] as Fields), eventID: `id-${number}`, eventTime: time }
            return { at, time: start + second * 1000, record: makers[kind]?.(time) ?? call }
          })
          const files = [...Map.groupBy(entries, ({ at }) => at)].map(([at, some]) => {
            const write = at === 0 ? REPORT_FILES['a line each'] : Object.values(REPORT_FILES)[form]
            return [`${at}.json`, write?.(some.map(({ record }) => record)) as string] as const
          })
          let late = 0
          const times: (number | undefined)[] = []
          const onLate = (count: number) => {
            late += count
          }
          for await (const batch of readInTimeOrder([tree(Object.fromEntries(files))], { onProblem: unexpected, onLate, ...limit }))
            times.push(...batch.map((record) => timeIn(record as Fields)))
          expect(times).toEqual(entries.map(({ time }) => time).sort((a, b) => a - b))
          expect(late).toBe(0)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('where a finding has a member that is named as the time of a record', async () => {
    const odd = asff('2026-01-05T09:00:00.000Z', { ProductFields: { x: '"', eventTime: '2026-01-05T07:00:00Z' } })
    const path = tree({ 'a.ndjson': `${text(CALLS[0])}\n${text(odd)}\n` })
    const found: unknown[] = []
    for await (const batch of readInTimeOrder([path], { onProblem: unexpected, parsedBytes: 0, heldBytes: 100 })) found.push(...batch)
    expect(found).toEqual([CALLS[0], odd])
  })
})
