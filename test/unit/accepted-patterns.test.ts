import { describe, expect, it } from 'vitest'
import type { Finding } from '../../shared/domain/finding.ts'
import { patternsOf } from '../../shared/domain/patterns-of.ts'
import { DAY_MS } from '../../shared/domain/time.ts'
import { listPatterns, patternSubject, readPatterns, revokePattern } from '../../shared/record/patterns.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { inWords } from '../../shared/review/accept-patterns.ts'
import { whatReviewDoes } from '../../shared/review/what-follows.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { incidentOf } from '../contract/samples.ts'
import { arnOf, call, exposed, KEY, NOW } from '../embedded.ts'
import { HOME, SCANNER, scanAt, scannedAccount, WEEK } from '../weekly-scan.ts'

const SOMEBODY_ELSES = '198.51.100.7'
const WHO = arnOf('ci-build')
const revocation = { at: new Date(NOW).toISOString(), by: 'local:anna', why: 'no longer ours' }

/** A scan that was asked about and called legitimate. */
async function accepted(policy: object = {}) {
  const world = await scannedAccount(policy)
  await world.scan(0)
  const released = await world.release()
  const [pattern] = await readPatterns(WHO, world.ports.record)
  if (pattern === undefined) throw new Error('nothing was accepted')
  return { ...world, released, pattern }
}

describe('a weekly scan', () => {
  it('is asked about once in four weeks: the three scans after the verdict are recorded and ask nobody', async () => {
    const world = await accepted()
    const told = world.notices.length
    for (const week of [1, 2, 3]) {
      const outcomes = await world.scan(week)
      expect(await world.open()).toEqual([])
      const { decision, incidentId } = outcomes.at(-1) ?? {}
      expect(decision).toMatchObject({ action: 'observe', would: 'observe' })
      expect(decision?.why[0]).toContain(`accepted by pattern ${world.pattern.id}`)
      expect(incidentId).toBeUndefined()
    }
    expect(await world.incidents()).toHaveLength(1)
    expect(world.notices).toHaveLength(told)
  })

  it('stands in the timeline of the incident that was answered, each time', async () => {
    const world = await accepted()
    const before = (await world.ports.incidents.signals(world.released.id)).length
    await world.scan(1)
    const after = await world.ports.incidents.signals(world.released.id)
    expect(after.length).toBeGreaterThan(before)
    expect(after.at(-1)?.detectors).toContain('permissions-enumerated')
  })

  it('that nobody answers for a week counts in full when it comes again, and what it comes from is accepted with the rest', async () => {
    const world = await scannedAccount()
    await world.scan(0)
    const [before] = await world.open()
    await world.scan(1, SOMEBODY_ELSES)
    const [after] = await world.open()
    expect(after).toMatchObject({ id: before?.id, assessment: { risk: before?.assessment.risk } })
    await world.release()
    expect((await readPatterns(WHO, world.ports.record))[0]?.places).toEqual(['RO', 'US'])
  })

  it('is asked about each week where the policy accepts nothing, and nothing is stored', async () => {
    const world = await scannedAccount({ release: { patternDays: 0 } })
    for (const week of [0, 1, 2]) {
      await world.scan(week)
      expect((await world.release()).verdict?.accepted).toBeUndefined()
    }
    expect(await world.incidents()).toHaveLength(3)
    expect(await listPatterns(world.ports.record, () => {})).toEqual([])
  })

  it.each<[string, (time: number) => object[]]>([
    ['from another place', (time) => scanAt(time, SOMEBODY_ELSES)],
    [
      'and creates a user as well',
      (time) => [
        ...scanAt(time),
        called('iam:CreateUser', time, { userName: 'helper' }),
        called('iam:CreateAccessKey', time, { userName: 'helper' }),
      ],
    ],
  ])('is asked about again where the same key scans %s', async (_, records) => {
    const world = await accepted()
    await world.scan(1)
    const time = NOW + 2 * WEEK
    await world.play(records(time), time)
    expect(await world.open()).toHaveLength(1)
  })

  it('counts as a whole where one finding is not covered: the reasons name the scan too', async () => {
    const world = await accepted()
    const time = NOW + WEEK
    await world.play([...scanAt(time), called('iam:CreateUser', time, { userName: 'helper' })], time)
    const [incident] = await world.open()
    const found = incident?.findings.map(({ detector }) => detector)
    expect(found).toContain('user-created')
    expect(found).toContain('permissions-enumerated')
  })

  it('is contained where AWS reports the key as exposed, in the middle of a scan or by itself', async () => {
    const world = await accepted()
    const time = NOW + WEEK
    await world.play([...scanAt(time), exposed(KEY, 'leak', time + 60_000)], time)
    expect((await world.open()).map(({ state }) => state)).toEqual(['contained'])
  })
})

const called = (action: string, time: number, request: object) =>
  call(action, { id: `${action}-${time}`, time: time + 40_000, from: HOME, agent: SCANNER, request })

describe('an accepted pattern', () => {
  it('names who, from where, with what and what was found, and is the value of an entry of the record', async () => {
    const { pattern, released, ports } = await accepted()
    expect(pattern).toMatchObject({
      identityId: WHO,
      keys: [KEY],
      places: ['US'],
      tools: ['offensive-tool'],
      incidentId: released.id,
      by: 'local:anna',
    })
    expect(pattern.kinds.map(({ detector }) => detector)).toContain('permissions-enumerated')
    expect(pattern.until).toBe(Date.parse(pattern.at) + 90 * DAY_MS)
    const last = await ports.record.last(patternSubject(WHO))
    expect(last).toMatchObject({ kind: 'verdict', actor: 'local:anna', why: 'our weekly scan', target: `patterns:${pattern.id}` })
  })

  it('is told with the release: what is not asked about, until when, and how that is revoked', async () => {
    const { notices, pattern, ports, released } = await accepted()
    const { body } = notices.at(-1) ?? { body: '' }
    expect(body).toContain('Not asked about until 2026-05-31')
    expect(body).toContain(`patterns revoke ${pattern.id} --reason`)
    const incident = (await ports.incidents.get(released.id))?.value
    if (incident === undefined) throw new Error('no incident')
    const message = JSON.stringify(messageOf({ incident, changes: [], policy: parsePolicy({ version: 3 }) }))
    expect(message).toContain('Not asked about until 2026-05-31')
    expect(message).toContain(`countersign patterns revoke ${pattern.id} --reason`)
  })

  it('hides nothing once it is revoked, which is an entry of the record as well', async () => {
    const world = await accepted()
    await revokePattern(world.pattern, revocation, world.ports.record)
    await world.scan(1)
    expect(await world.open()).toHaveLength(1)
    expect(await world.ports.record.last(patternSubject(WHO))).toMatchObject({ number: 2, from: { revoked: { id: world.pattern.id } } })
    await expect(revokePattern(world.pattern, revocation, world.ports.record)).rejects.toMatchObject({ code: 'pattern.unknown' })
  })

  it.each([
    [12, false],
    [13, true],
  ])('covers the scan of week %i: asked is %s', async (week, isAsked) => {
    const world = await accepted()
    await world.scan(week)
    expect((await world.open()).length > 0).toBe(isAsked)
  })

  it('ends earlier where the policy allows fewer days than when it was made', async () => {
    const world = await accepted()
    const { applyPolicy, readPolicy } = await import('../../shared/record/policy-in-force.ts')
    const { policy } = await readPolicy(world.ports.record)
    const shorter = { ...policy, release: { ...policy.release, patternDays: 6 } }
    await applyPolicy(world.ports.record, { policy: shorter, by: 'test', why: 'test', at: new Date(NOW).toISOString() })
    world.setNow(NOW + WEEK)
    await world.scan(1)
    expect(await world.open()).toHaveLength(1)
  })

  it('is not made twice where the same verdict is carried out again', async () => {
    const world = await accepted()
    const { applyVerdict } = await import('../../shared/review/apply-review.ts')
    const changes = await world.ports.record.list(`INCIDENT#${world.released.id}`)
    const verdict = changes.find(({ kind }) => kind === 'verdict')
    const stored = await world.ports.incidents.get(world.released.id)
    if (verdict === undefined || stored === undefined) throw new Error('no verdict')
    await applyVerdict(stored, verdict, 'legitimate', world.ports).catch(() => {})
    expect(await readPatterns(WHO, world.ports.record)).toEqual([world.pattern])
  })

  it('is not made of what came after the verdict: that is asked about, and then accepted with the rest', async () => {
    const world = await accepted()
    const time = NOW + WEEK
    await world.play([...scanAt(time), called('iam:CreateUser', time, { userName: 'helper' })], time)
    await world.release()
    const patterns = await readPatterns(WHO, world.ports.record)
    expect(patterns).toHaveLength(2)
    expect(patterns[1]?.kinds.find(({ detector }) => detector === 'user-created')?.objects).toEqual(['iam helper'])
    await world.play([...scanAt(time + WEEK), called('iam:CreateUser', time + WEEK, { userName: 'helper' })], time + WEEK)
    expect(await world.open()).toEqual([])
    const other = time + 2 * WEEK
    await world.play([...scanAt(other), called('iam:CreateUser', other, { userName: 'somebody-else' })], other)
    expect(await world.open()).toHaveLength(1)
  })

  it('of a role is of sessions by their names: those of alike evidence are in one', () => {
    const identity = { id: 'arn:aws:iam::123456789012:role/audit', kind: 'role', name: 'audit', account: '123456789012' } as const
    const session = (id: string, sessionName?: string) =>
      ({ id, kind: 'session', isPrimary: false, ...(sessionName === undefined ? {} : { sessionName }) }) as const
    const found = (credentialId: string, place: string) =>
      ({
        detector: 'd',
        axis: 'what',
        group: 'discovery',
        weight: 0.5,
        isConfirmed: false,
        time: NOW,
        credentialId,
        scenes: [{ place, tool: 't' }],
      }) as unknown as Finding
    const incident = {
      id: 'inc-1',
      identity,
      credentials: [session('1', 'a'), session('2', 'b'), session('3', 'c'), session('4')],
      findings: [found('1', 'US'), found('2', 'US'), found('3', 'DE'), found('4', 'US'), found('of a user that it created', 'US')],
    }
    const made = patternsOf(incident, { by: 'x', at: new Date(NOW).toISOString(), saw: new Set(['d']), days: 1 })
    expect(made.map(({ sessions, places }) => [sessions, places])).toEqual([
      [['a', 'b'], ['US']],
      [['c'], ['DE']],
    ])
    // A job may give each session a name of its own: nothing is promised of the next one.
    const says = made.map((pattern) => inWords(pattern))
    expect(says).toEqual([
      'd by t from US, in sessions named a and b alone (one of another name is asked about)',
      'd by t from DE, in sessions named c alone (one of another name is asked about)',
    ])
    const shown = { ...incidentOf('inc-0123456789ab', { state: 'asking' }), ...incident, updatedAt: NOW }
    const asked = (findings: readonly Finding[]) =>
      whatReviewDoes('legitimate', { ...shown, findings }, { changes: [], policy: parsePolicy({ version: 3 }) })
    expect(asked(incident.findings)).toContain(
      'What of it can be accepted is not asked about for 90 days, in sessions of the same names alone (release.patternDays).',
    )
    expect(asked([])).not.toContain('patternDays')
  })

  it('does not keep anybody from a release where what is stored cannot be read, and covers nothing then', async () => {
    const world = await scannedAccount()
    const { chain, EMPTY_CHAIN } = await import('../../shared/domain/change.ts')
    const entry = {
      at: new Date(NOW).toISOString(),
      actor: 'x',
      kind: 'verdict',
      target: 'patterns:',
      from: null,
      to: { v: 9 },
      why: '',
    } as const
    await world.ports.record.append(chain(patternSubject(WHO), EMPTY_CHAIN, entry))
    await world.scan(0)
    expect((await world.release()).verdict?.accepted).toBeUndefined()
    await world.scan(1)
    expect(await world.open()).toHaveLength(1)
  })
})
