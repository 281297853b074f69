import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { syntheticHistory } from '../../local/synthetic-history.ts'
import { guardDuty, REPORTS } from '../unit/report-forms.ts'
import { countersign, folder, lines } from './run-cli.ts'

const policy = join(folder, 'policy.yaml')
const tree = join(folder, 'tree')
const COMMAND = join(import.meta.dirname, '..', '..', 'local', 'countersign.ts')
let records: { eventTime: string; eventID: string; awsRegion: string }[]

const ndjson = (some: readonly object[]) => some.map((record) => `${JSON.stringify(record)}\n`).join('')

/** Logs with what logs have besides good records in order. */
beforeAll(() => {
  const { history, lastDay } = syntheticHistory({ seed: 3, end: Date.UTC(2026, 0, 31), days: 31 })
  records = [...history, ...lastDay] as typeof records
  const [first, second, third] = records.map((record) => record as object)
  const reports = Object.values(REPORTS).map((report, at) => report(`2026-01-1${at}T00:00:01.000Z`))
  const sample = guardDuty('2026-01-14T00:00:00Z', { service: { additionalInfo: { sample: true } } })
  const odd = [
    { ...first, eventID: 'of tomorrow', eventTime: '2098-01-01T00:00:00Z' },
    { ...second, eventID: 'damaged', userIdentity: 7 },
    { eventVersion: '1.11', eventName: 'X', eventSource: 's3.amazonaws.com', eventTime: 'never' },
    { source: 'aws.health', 'detail-type': 'AWS Health Event', time: '2026-01-12T00:00:00Z', detail: { eventTypeCode: 'AWS_EC2_X' } },
    {
      version: '0',
      source: 'aws.s3',
      'detail-type': 'AWS API Call via CloudTrail',
      time: '2026-01-12T00:00:00Z',
      detail: { ...third, eventID: 'in an event' },
    },
  ]
  mkdirSync(tree)
  for (const [region, some] of Map.groupBy(records, ({ awsRegion }) => awsRegion))
    writeFileSync(join(tree, `${region}.gz`), gzipSync(ndjson(some.toReversed())))
  writeFileSync(join(tree, 'odd.ndjson'), `${ndjson(odd)}{"broken\n${ndjson(records.slice(0, 3))}`)
  writeFileSync(join(tree, 'cut.json'), JSON.stringify({ Records: records.slice(0, 60) }).slice(0, 30_000))
  writeFileSync(
    join(tree, 'history.csv'),
    'Event name,Event time,Event source,User name\nListBuckets,2026-01-15T08:00:00Z,s3.amazonaws.com,anna\n',
  )
  writeFileSync(join(tree, 'findings.json'), JSON.stringify([...reports, sample, sample]))
  writeFileSync(join(tree, 'digest'), JSON.stringify({ digestStartTime: 'x', logFiles: [] }))
  writeFileSync(policy, 'version: 3\nmode: contain\n')
})

interface Line {
  readonly type: string
  readonly [key: string]: unknown
}

/** What does not depend on the speed of the machine. */
const untimed = (out: string) => out.replace(/,"seconds":[\d.]+/, '')

describe('replay --jobs', () => {
  const SPANS: [title: string, span: string[]][] = [
    ['of whole logs', []],
    ['of what lies between two times', ['--since', '2026-01-10T00:00:00Z', '--until', '2026-01-31T12:00:00Z']],
  ]

  it.each(SPANS)('prints the same bytes with two threads as with one, %s', async (_, span) => {
    const args = ['replay', tree, join(folder, 'nowhere'), '--policy', policy, '--json', ...span]
    const [one, two] = [await countersign([...args, '--jobs', '1']), await countersign([...args, '--jobs', '2'])]
    expect([untimed(two.out), two.err, two.code]).toEqual([untimed(one.out), one.err, one.code])
    // And they say something of all that is in these logs.
    const found = lines<Line>(two.out)
    expect(two.code).toBe(3)
    expect(found.filter(({ type }) => type === 'incident').length).toBeGreaterThan(span.length > 0 ? 0 : 2)
    expect(found.filter(({ type }) => type === 'assessment').length).toBeGreaterThan(10)
    for (const said of [
      /odd\.ndjson: byte \d+, record \d+: /,
      /nowhere: byte 0: there is no such/,
      /cut\.json: /,
      /history\.csv: rows of a table/,
    ])
      expect(two.err).toMatch(said)
    if (span.length > 0) return expect(found.at(-1)?.outsideTime).toBeGreaterThan(100)
    expect(found.at(-1)).toMatchObject({ reports: { guardduty: 2, github: 1 }, ignoredBecause: { 'GuardDuty sample finding': 2 } })
    expect(two.err).toMatch(/odd\.ndjson: record 1: not believed: its time is in the future/)
    expect(two.err).toMatch(/odd\.ndjson: record 2: damaged: userIdentity is a number, not an object/)
    expect(found.at(-1)).toMatchObject({ ignored: 3, passedOver: { 'CloudTrail digests': 1 } })
  })

  it('reads standard input by one thread, and says so where two were asked for', async () => {
    const { code, out, err } = await countersign(
      ['replay', '-', '--json', '--policy', policy, '--jobs', '2'],
      ndjson(records.slice(0, 200)),
    )
    expect([code, err]).toEqual([0, 'Standard input and pipes are read by one thread: --jobs 2 changes nothing here.\n'])
    expect(lines<Line>(out).at(-1)).toMatchObject({ records: 200 })
  })

  it('refuses any other number', async () => {
    for (const number of ['0', '3', 'two', '']) {
      const { code, err, out } = await countersign(['replay', tree, '--jobs', number])
      expect([code, out]).toEqual([2, ''])
      expect(err).toContain(`argument '${number}' is invalid. must be 1 or 2, got "${number}".`)
    }
  })

  it('ends at Ctrl-C with what was read until then, and leaves no temporary files', async () => {
    const large = join(folder, 'large.ndjson')
    // Not in order in itself, and more than what is held in memory.
    const years = [2017, 2016, 2015, 2014, 2013, 2012, 2011, 2010]
    const inYear = (year: number) =>
      records.map((record, at) => ({ ...record, eventTime: `${year}${record.eventTime.slice(4)}`, eventID: `${year}-${at}` }))
    writeFileSync(large, years.map((year) => ndjson(inYear(year))).join(''))
    const temporary = mkdtempSync(join(folder, 'temporary-'))
    const env = { ...process.env, NO_COLOR: '1', NODE_COMPILE_CACHE: inject('compileCache'), TMPDIR: temporary }
    const started = spawn(process.execPath, [COMMAND, 'replay', large, '--json', '--jobs', '2'], { env })
    const folders = () => readdirSync(temporary).filter((name) => name.startsWith('countersign-'))
    let [out, used] = ['', [] as string[]]
    started.stdout.on('data', (text) => {
      if (out === '') {
        used = folders()
        started.kill('SIGINT')
      }
      out += text
    })
    const [code] = await once(started, 'close')
    const summary = lines<Line>(out).at(-1)
    expect([code, summary]).toEqual([130, expect.objectContaining({ type: 'summary', partial: true, unreadable: 0 })])
    expect(summary?.records).toBeGreaterThan(0)
    expect(summary?.records).toBeLessThan(records.length * years.length)
    expect([used.length, folders()]).toEqual([1, []])
  })
})
