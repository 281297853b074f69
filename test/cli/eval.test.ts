import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { drawingsIn } from '../page.ts'
import { countersign, folder } from './run-cli.ts'

const labelled = join(folder, 'labelled.ndjson.gz')

interface Line {
  readonly label?: string
  readonly case?: string
  readonly source?: string
  readonly irreversible?: true
  readonly minute: number
  readonly event: object
}

const base = {
  eventVersion: '1.11',
  awsRegion: 'us-east-1',
  sourceIPAddress: '198.51.100.7',
  userAgent: 'aws-cli/2.15.0',
  userIdentity: {
    type: 'IAMUser',
    arn: 'arn:aws:iam::123456789012:user/ci',
    accountId: '123456789012',
    userName: 'ci',
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  },
}

const quiet = { ...base, eventSource: 's3.amazonaws.com', eventName: 'ListBuckets', readOnly: true }
const keyMade = {
  ...base,
  eventSource: 'iam.amazonaws.com',
  eventName: 'CreateAccessKey',
  requestParameters: { userName: 'admin' },
  responseElements: { accessKey: { accessKeyId: 'AKIAEXAMPLEADMIN0001', userName: 'admin' } },
}
const trailStopped = { ...base, eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging', requestParameters: { name: 't' } }

const LINES: readonly Line[] = [
  { case: 'theft', label: 'benign', minute: 0, event: quiet },
  { case: 'theft', label: 'malicious', minute: 10, event: quiet },
  { case: 'theft', label: 'malicious', minute: 12, event: keyMade },
  { case: 'theft', label: 'malicious', minute: 13, irreversible: true, event: trailStopped },
  { case: 'missed', label: 'malicious', minute: 0, event: quiet },
  { case: 'calm', label: 'benign', minute: 0, event: quiet },
  { case: 'alarm', label: 'benign', minute: 0, event: trailStopped },
  { source: 'other', case: 'calm', label: 'benign', minute: 0, event: quiet },
]

beforeAll(() => {
  const text = LINES.map(({ label, case: name, source = 'made-up', irreversible, minute, event }, at) =>
    JSON.stringify({
      id: `r${at}`,
      case: name,
      label,
      source,
      technique: 'T1098',
      ...(irreversible === undefined ? {} : { irreversible }),
      event: { ...event, eventTime: new Date(Date.UTC(2026, 0, 1, 12, minute)).toISOString() },
    }),
  )
  writeFileSync(labelled, gzipSync(text.join('\n')))
})

describe('eval', () => {
  it('says of every case whether it was found, how fast and by what, a source at a time', async () => {
    const { code, out } = await countersign(['eval', labelled, '--json'])
    expect(code).toBe(0)
    const { sources } = JSON.parse(out)
    expect(Object.keys(sources)).toEqual(['made-up', 'other'])
    const [theft, missed, calm, alarm] = sources['made-up'].cases
    expect(theft).toMatchObject({
      case: 'theft',
      malicious: true,
      detected: true,
      trigger: { recordId: 'r2', label: 'malicious' },
      recordsToDetect: 2,
      secondsToDetect: 120,
    })
    expect(missed).toMatchObject({ malicious: true, detected: false, trigger: null, recordsToDetect: null })
    expect(theft).toMatchObject({
      reached: { ask: { calls: 2, seconds: 120 } },
      hasIrreversible: true,
      beforeIrreversible: 'ask',
      collateral: { benign: 0, refused: 0 },
      stopped: { malicious: 2, refused: 0 },
    })
    expect(calm).toMatchObject({ malicious: false, benign: true, detected: false, decision: 'observe', hasIrreversible: false })
    // A decision on a benign record is an alarm, not a detection.
    expect(alarm).toMatchObject({
      malicious: false,
      detected: false,
      trigger: { recordId: 'r6', detector: 'logging-tampered', label: 'benign' },
    })
    expect(sources['made-up'].credentials).toMatchObject({ malicious: { total: 2, ask: 1 }, benign: { total: 2, ask: 1, contain: 0 } })
    expect(sources['made-up'].decisions).toMatchObject({ malicious: { total: 2 }, benign: { total: 2, ask: 1, restrict: 0, contain: 0 } })
    expect(sources['made-up'].identities.benign).toMatchObject({ total: 2, contain: 0 })
    expect(sources['made-up'].beforeIrreversible).toMatchObject({ total: 1, ask: 1, none: 0 })
    expect(sources['made-up'].interventions.benign).toEqual({ total: 1, perCase: 0.5, most: 1 })
    expect(sources['made-up'].records).toMatchObject({ malicious: { total: 4, ask: 2 }, benign: { total: 3, ask: 1 } })
    expect(sources['made-up'].techniques).toEqual({ T1098: { cases: 2, detected: 1 } })
  })

  it('prints a table, and a page with its plots that loads nothing', async () => {
    const page = join(folder, 'report.html')
    const { out } = await countersign(['eval', labelled, '--out', page])
    expect(out).toMatch(
      /^made-up\n {2}of 2 benign cases: 0 contain, 0 restrict, 1 ask, .*\n {2}of 2 benign identities that can be contained: 0 contain\n/,
    )
    expect(out).toContain('  before the first irreversible call of 1 malicious case: 0 contain,')
    expect(out).toMatch(/made-up\s+1\/2\s+1\/2/)
    const html = readFileSync(page, 'utf8')
    expect(drawingsIn(html)[0]).toContain('malicious')
    expect(html).toContain('<p>of 2 benign cases: 0 contain')
    expect(html).not.toMatch(/<script|src="(?!data:)|href="http/)
  })

  it('has a simulated person answer what was asked, where that is wanted', async () => {
    const daily = join(folder, 'daily.ndjson')
    const days = [1, 2, 3].map((day) => ({ ...trailStopped, eventTime: `2026-01-0${day}T12:00:00Z` }))
    writeFileSync(
      daily,
      days.map((event, at) => JSON.stringify({ id: `d${at}`, case: 'c', label: 'benign', source: 's', event })).join('\n'),
    )
    const interventions = async (...more: string[]) =>
      JSON.parse((await countersign(['eval', daily, '--json', ...more])).out).sources.s.interventions.benign.total
    expect(await interventions()).toBe(1)
    // What was answered is accepted.
    expect(await interventions('--answer-legitimate', '0')).toBe(1)
    // Where nothing is accepted, a release suppresses for 24 hours alone, so the next day at noon is not covered.
    const forgetful = join(folder, 'forgetful.yaml')
    writeFileSync(forgetful, 'version: 3\nrelease: { patternDays: 0 }\n')
    expect(await interventions('--answer-legitimate', '0', '--policy', forgetful)).toBeGreaterThan(1)
    expect(await countersign(['eval', daily, '--answer-legitimate', 'soon'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('must be a whole number from 0, got "soon"'),
    })
  })

  it('exits 1 and says what falls short of a bar, and where a source is missing', async () => {
    const bars = join(folder, 'bars.json')
    writeFileSync(
      bars,
      JSON.stringify({
        'made-up': { found: 0.9, falseCases: 0.2, benignCases: { ask: 0.1 } },
        absent: { found: 1 },
        other: { falseCases: 0 },
      }),
    )
    const { code, err } = await countersign(['eval', labelled, '--fail-under', bars])
    expect(code).toBe(1)
    expect(err).toContain('made-up: found is 0.5, must be at least 0.9')
    expect(err).toContain('made-up: falseCases is 0.5, must be at most 0.2')
    expect(err).toContain('made-up: benignCases.ask is 0.5, must be at most 0.1')
    expect(err).toContain('absent: no such source in the files')
    expect(err).not.toContain('other')
    writeFileSync(bars, JSON.stringify({ 'made-up': { found: 0.5, benignCredentialsContain: 0 } }))
    expect((await countersign(['eval', labelled, '--fail-under', bars])).code).toBe(0)
    writeFileSync(bars, JSON.stringify({ 'made-up': { fuond: 0.5 } }))
    expect((await countersign(['eval', labelled, '--fail-under', bars])).code).toBe(2)
  })

  it('exits 1 where a figure that has a bar was not measured, and says of what there is none', async () => {
    const [bars, benign] = [join(folder, 'unmeasured.json'), join(folder, 'benign.ndjson')]
    writeFileSync(benign, `{"id":"y","case":"c","label":"benign","source":"s","event":${JSON.stringify(quiet)}}\n`)
    writeFileSync(bars, JSON.stringify({ s: { found: 0, falseCases: 0, benignCredentialsContain: 0 } }))
    const { code, err } = await countersign(['eval', benign, '--fail-under', bars])
    expect([code, err]).toEqual([1, 's: found was not measured: there is no malicious case in the files, so remove the bar or add some\n'])
  })

  it('says of a plain CloudTrail file what it is, and of another line what is missing', async () => {
    const plain = join(folder, 'plain.ndjson')
    writeFileSync(plain, `${JSON.stringify(quiet)}\n{"id":"x","label":"bad","source":"s","case":"c"}\n{"id":"x"}\n`)
    const { code, out, err } = await countersign(['eval', plain])
    expect(code).toBe(3)
    // A table of nothing would look like a result.
    expect(out.trim()).toBe('')
    const advised = await countersign(['eval', plain, '--advisor', 'offline'])
    expect([advised.code, advised.out.trim()]).toEqual([3, ''])
    expect(err).toContain('first record 1: this is a CloudTrail record without a label: `replay` reads it')
    expect(err).toContain('label: must be one of malicious, benign, unknown')
    expect(err).toContain('case: missing; README.md says what a labelled record has')
    expect(err).not.toMatch(/expected|received|Invalid/)
  })

  it('exits 3 where a line is no labelled record, names it and measures the rest', async () => {
    const broken = join(folder, 'broken.ndjson')
    writeFileSync(broken, `{"id":"x"}\n{"id":"y","case":"c","label":"benign","source":"s","event":${JSON.stringify(quiet)}}\n`)
    const { code, out, err } = await countersign(['eval', broken, '--json'])
    expect(code).toBe(3)
    expect(err).toContain('case')
    expect(JSON.parse(out).sources.s.records.benign.total).toBe(1)
  })
})
