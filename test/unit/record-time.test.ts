import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { timeOf } from '../../shared/domain/record-time.ts'
import { normalise } from '../../shared/sense/normalise.ts'

const TEN = Date.UTC(2026, 2, 3, 10)
const MODULE = join(import.meta.dirname, '../../shared/domain/record-time.ts')

/** What a machine in a zone reads. */
function readIn(TZ: string, written: readonly unknown[]): unknown {
  const code = `import { timeOf } from ${JSON.stringify(MODULE)}; console.log(JSON.stringify(${JSON.stringify(written)}.map(timeOf)))`
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', code], { env: { TZ }, encoding: 'utf8' }))
}

describe('the time of a record', () => {
  const forms: readonly (readonly [unknown, number])[] = [
    ['2026-03-03T10:00:00Z', TEN],
    ['2026-03-03T10:00Z', TEN],
    ['2026-03-03T10:00:00', TEN],
    ['2026-03-03 10:00:00', TEN],
    ['2026-03-03 10:00:00.250', TEN + 250],
    ['2026-03-03 10:00:00.000 UTC', TEN],
    ['2026-03-03T10:00:00.123456Z', TEN + 123],
    ['2026-03-03T10:00:00+00:00', TEN],
    ['2026-03-03T11:30:00+01:30', TEN],
    ['2026-03-03T05:00:00-0500', TEN],
    [TEN / 1000, TEN],
    [TEN / 1000 + 0.5, TEN + 500],
    [TEN, TEN],
    [String(TEN / 1000), TEN],
    [String(TEN), TEN],
    ['Tue, 03 Mar 2026 10:00:00 GMT', TEN],
    ['March 03, 2026, 10:00:00 (UTC+00:00)', TEN],
    ['March 03, 2026, 12:00:00 (UTC+02:00)', TEN],
    ['3/3/2026 10:00:00 AM', TEN],
    ['3/3/2026 12:00:00 AM', TEN - 10 * 3_600_000],
    ['3/3/2026 12:00:00 PM', TEN + 2 * 3_600_000],
    ['2024-02-29T10:00:00Z', Date.UTC(2024, 1, 29, 10)],
  ]

  it.each(forms)('is read in each form that exports have: %s', (written, time) => {
    expect(timeOf(written)).toBe(time)
  })

  it.each(['UTC', 'America/New_York', 'Asia/Kolkata'])('is UTC where it names no zone, on a machine in %s', (machine) => {
    expect(
      readIn(
        machine,
        forms.map(([written]) => written),
      ),
    ).toEqual(forms.map(([, time]) => time))
  })

  it.each([
    '2026-02-30T10:00:00Z',
    '2025-02-29T10:00:00Z',
    '2026-04-31 10:00:00',
    '2026-13-01T10:00:00Z',
    '2026-03-03T24:00:00Z',
    '2026-03-03T10:60:00Z',
    '2026-03-03T10:00:61Z',
    '2026-03-03T10:00:00+15:00',
    '2026-03-03',
    '3/13/2026',
    '13/3/2026 10:00:00 AM',
    '3/3/2026 13:00:00 PM',
    'March 32, 2026, 10:00:00 (UTC)',
    'Someday 03, 2026, 10:00:00 (UTC)',
    '1999-12-31T23:59:59Z',
    '2100-01-01T00:00:00Z',
    '10:00:00',
    'yesterday',
    '',
    ' '.repeat(100),
    0,
    -1,
    1.8e15,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    true,
    null,
    undefined,
    {},
    ['2026-03-03T10:00:00Z'],
  ])('is none where there is no such time: %s', (written) => {
    expect(timeOf(written)).toBeUndefined()
  })

  it.each([
    ['2026-02-30T10:00:00Z', 'eventTime is "2026-02-30T10:00:00Z", which is no time between 2000 and 2100'],
    ['1999-12-31T23:59:59Z', 'eventTime is "1999-12-31T23:59:59Z", which is no time between 2000 and 2100'],
    [17, 'eventTime is 17, which is no time between 2000 and 2100'],
    [{ at: '2026-03-03T10:00:00Z' }, 'eventTime is an object, which is no time between 2000 and 2100'],
    ['A'.repeat(40), 'eventTime is "(40 characters)", which is no time between 2000 and 2100'],
    ['\u202e2026\u001b[2J', expect.not.stringMatching(/[\p{Cc}\p{Cf}]/u)],
    ['', 'eventTime is missing'],
    [null, 'eventTime is missing'],
    [undefined, 'eventTime is missing'],
  ])('makes a record damaged where it is none, with what is there: %j', (eventTime, reason) => {
    const record = { eventName: 'ListBuckets', eventSource: 's3.amazonaws.com', eventTime }
    expect(normalise(record)).toEqual({ kind: 'unreadable', reason })
  })
})
