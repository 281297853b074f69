import { describe, expect, it } from 'vitest'
import { doctor } from '../../local/commands/doctor.ts'
import { rulesOf } from '../../shared/detect/delivery-rules.ts'
import { type ReadTrail, recordingOf, type Trail } from '../../shared/domain/trail.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { memoryTrails } from '../../shared/memory/trails.ts'
import { trailCheck } from '../../shared/review/trail-check.ts'
import { NOW } from '../embedded.ts'

const ARN = 'arn:aws:cloudtrail:us-east-1:123456789012:trail/all'
const OTHER = `${ARN}-2`
const HOUR = 3_600_000
const REGION = 'us-east-1'
const ALL = { reads: true, writes: true, excludedSources: [], narrowedBy: [] }
const WHOLE: Trail = {
  arn: ARN,
  homeRegion: 'eu-west-1',
  isLogging: true,
  isMultiRegion: true,
  hasGlobalEvents: true,
  selectors: [ALL],
  startedAt: 0,
}
const STOPPED: Trail = { ...WHOLE, isLogging: false, stoppedAt: NOW - 2 * HOUR }
const UNREAD = { arn: OTHER, unread: 'AccessDeniedException' }
const kms = { ...ALL, excludedSources: ['kms.amazonaws.com'] }
const of = (...trails: ReadTrail[]) => recordingOf(trails, { region: REGION, now: NOW })

describe('what the trails record', () => {
  it.each<[string, ReadTrail[]]>([
    ['by one trail', [WHOLE]],
    ['by one beside another that is stopped', [STOPPED, { ...WHOLE, arn: OTHER }]],
    ['by one beside another that could not be read', [WHOLE, UNREAD]],
    [
      'reads by one and writes by the other',
      [
        { ...WHOLE, selectors: [{ ...ALL, reads: false }] },
        { ...WHOLE, selectors: [ALL] },
      ],
    ],
    ['what one leaves out, by the other', [{ ...WHOLE, selectors: [kms] }, WHOLE]],
    ['by one that was started a day ago', [{ ...WHOLE, stoppedAt: NOW - 25 * HOUR, startedAt: NOW - 24 * HOUR }]],
    ['by one all the time, beside another that was stopped for a while', [WHOLE, { ...WHOLE, stoppedAt: NOW - 60_000, startedAt: NOW }]],
  ])('is everything %s', (_, trails) => {
    expect(of(...trails)).toEqual({ kind: 'whole', lines: [], commands: [] })
  })

  it('is nothing without a trail', () => {
    expect(of()).toEqual({ kind: 'missing', lines: ['no trail covers us-east-1'], commands: [] })
  })

  it('is nothing by a trail that is stopped, which a command in its own region starts again', () => {
    const { kind, lines, commands } = of(STOPPED)
    expect([kind, lines]).toEqual(['missing', [`the trail ${ARN} is not logging, since ${new Date(NOW - 2 * HOUR).toISOString()}`]])
    expect(commands).toEqual([`aws cloudtrail start-logging --region eu-west-1 --name ${ARN}`])
  })

  it('is nothing by a trail of data events, or of reads alone', () => {
    for (const selectors of [[], [{ ...ALL, writes: false }]])
      expect(of({ ...WHOLE, selectors })).toMatchObject({
        kind: 'missing',
        lines: [expect.stringContaining('does not record management events')],
      })
  })

  it('is not known where the only trail that could record was not read: never taken for nothing, nor for everything', () => {
    expect(of(UNREAD)).toMatchObject({ kind: 'unknown', lines: [`the trail ${OTHER} could not be read: AccessDeniedException`] })
    expect(of(STOPPED, UNREAD).kind).toBe('unknown')
  })

  it.each<[string, Partial<Trail>, string]>([
    ['reads', { selectors: [{ ...ALL, reads: false }] }, 'reads are not recorded: no List…, no Get…, no AssumeRole arrives'],
    ['IAM', { hasGlobalEvents: false }, 'services without a region are not recorded: no call of IAM arrives'],
    ['other regions', { isMultiRegion: false }, 'no trail records other regions than us-east-1'],
    ['changes by a service', { selectors: [kms] }, 'changes by kms.amazonaws.com are left out'],
    [
      'what a field leaves out',
      { selectors: [{ ...ALL, narrowedBy: ['eventName'] }] },
      'some management events are left out, by eventName',
    ],
    [
      'a time without logging',
      { stoppedAt: NOW - HOUR, startedAt: NOW - 60_000 },
      `was not logging from ${new Date(NOW - HOUR).toISOString()} to ${new Date(NOW - 60_000).toISOString()}`,
    ],
  ])('lacks %s', (_, change, line) => {
    const recording = of({ ...WHOLE, ...change })
    expect(recording.kind).toBe('partial')
    expect(recording.lines).toEqual(expect.arrayContaining([expect.stringContaining(line)]))
    expect(of(WHOLE).kind).toBe('whole')
  })
})

function checked(first: ReadTrail[] | Error) {
  const { notices, ...notifier } = memoryNotifier()
  const counted: string[] = []
  let trails: ReadTrail[] | Error = first
  const run = trailCheck({
    trails: memoryTrails(() => trails),
    region: REGION,
    notifier,
    clock: { now: () => NOW },
    log: { info: () => {}, warn: (event) => void counted.push(event) },
  })
  const set = (now: ReadTrail[] | Error) => {
    trails = now
  }
  return { run, notices, counted, set }
}

describe('the check of the trails', () => {
  it('says in plain words that nothing arrives and what to do, once, and counts it in every run', async () => {
    const { run, notices, counted } = checked([STOPPED])
    for (let at = 0; at < 3; at++) await run()
    expect(counted).toEqual(['trail.missing', 'trail.missing', 'trail.missing'])
    expect(notices).toHaveLength(1)
    expect(notices[0]).toMatchObject({ kind: 'self-check', priority: 100, title: expect.stringContaining('EventBridge delivers none') })
    expect(notices[0]?.body).toContain(`aws cloudtrail start-logging --region eu-west-1 --name ${ARN}`)
    expect(notices[0]?.body).toContain('"Create trail"')
  })

  it('tells nobody and counts nothing where everything is recorded', async () => {
    const { run, notices, counted } = checked([WHOLE])
    expect((await run()).kind).toBe('whole')
    expect([notices, counted]).toEqual([[], []])
  })

  it('tells what is new, and the same again once it was right in between', async () => {
    const { run, notices, counted, set } = checked([{ ...WHOLE, isMultiRegion: false }])
    await run()
    set([])
    await run()
    set([WHOLE])
    await run()
    set([])
    await run()
    expect(counted).toEqual(['trail.partial', 'trail.missing', 'trail.missing'])
    expect(notices.map(({ title }) => title.slice(0, 8))).toEqual(['The trai', 'No trail', 'No trail'])
  })

  it('tells that the trails cannot be read when it happens twice in a row, and counts it at once', async () => {
    const { run, notices, counted, set } = checked(new Error('throttled'))
    await run()
    set([WHOLE])
    await run()
    set(new Error('throttled'))
    await run()
    expect([notices.length, counted]).toEqual([0, ['trail.unread', 'trail.unread']])
    await run()
    expect(notices).toMatchObject([{ title: expect.stringContaining('could not be read') }])
  })

  it('tells again in the next run where a notice could not be sent', async () => {
    let isDown = true
    const sent: string[] = []
    const run = trailCheck({
      trails: memoryTrails(() => []),
      region: REGION,
      notifier: { notify: async ({ title }) => (isDown ? Promise.reject(new Error('down')) : void sent.push(title)) },
      clock: { now: () => NOW },
      log: { info: () => {}, warn: () => {} },
    })
    await expect(run()).rejects.toThrow('down')
    isDown = false
    await run()
    expect(sent).toHaveLength(1)
  })

  it('shows no control characters of what a trail is called', async () => {
    const { run, notices } = checked([{ ...STOPPED, arn: `${ARN}\n\u202eevil` }])
    await run()
    expect(notices[0]?.body).toContain('all··evil')
  })
})

describe('doctor', () => {
  const options = { readOnlyEvents: true, includeRoleSessions: false }
  const stack = { options, rules: new Set(rulesOf(options)), region: REGION }

  it('says first that no call arrives where no trail records it, and fails', () => {
    const { output, isWhole } = doctor({ ...stack, recording: of(STOPPED) }, { isJson: false })
    expect(isWhole).toBe(false)
    expect(output.indexOf('NO CALL ARRIVES')).toBeLessThan(output.indexOf('Cannot fire'))
    expect(output).toContain('aws cloudtrail start-logging')
  })

  it.each([
    ['a part is not recorded', of({ ...WHOLE, isMultiRegion: false })],
    ['the trails could not be read', of(UNREAD)],
  ])('fails where %s', (_, recording) => {
    const { output, isWhole } = doctor({ ...stack, recording }, { isJson: false })
    expect([isWhole, output.includes(recording.lines[0] ?? '-')]).toEqual([false, true])
  })

  it('is content where everything is recorded, and says so in JSON too', () => {
    expect(doctor({ ...stack, recording: of(WHOLE) }, { isJson: false })).toMatchObject({ isWhole: true })
    const { output } = doctor({ ...stack, recording: of(WHOLE) }, { isJson: true })
    expect(JSON.parse(output)).toMatchObject({ recording: { kind: 'whole' } })
  })
})
