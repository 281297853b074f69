import { describe, expect, it } from 'vitest'
import { openChangeLog } from '../../shared/contain/change-log.ts'
import { finishRun, type RunOutcome } from '../../shared/contain/finish-run.ts'
import { refuseUnordered } from '../../shared/contain/refuse-unordered.ts'
import type { Incident, LineageEdge } from '../../shared/domain/incident.ts'
import { withoutHabit } from '../../shared/domain/restriction.ts'
import { append, incidentSubject } from '../../shared/record/append.ts'
import { incidentOf } from '../contract/samples.ts'
import { embedded, KEY, NOW } from '../embedded.ts'
import { HABIT } from '../restricted.ts'

const ID = 'inc-0123456789ab'
const EDGE: LineageEdge = { id: 'AKIAISSUED0000000001', kind: 'access-key', owner: 'ci-build', parent: KEY, signalId: 's', time: NOW }

/** The end of a run that began with an incident; `meanwhile` is what came to it since. */
async function ended(parts: Partial<Incident>, outcome: RunOutcome, meanwhile: Partial<Incident> = {}) {
  const world = await embedded()
  const { incidents } = world.ports
  const begun = incidentOf(ID, parts)
  await incidents.save({ ...begun, ...meanwhile }, 0)
  // Whoever wrote meanwhile wrote a later version.
  const stored = { value: begun, version: Object.keys(meanwhile).length > 0 ? 0 : 1 }
  const changeLog = openChangeLog(ID, [], world.ports)
  await finishRun(stored, outcome, changeLog, world.ports)
  const now = await incidents.get(ID)
  const chain = await world.ports.record.list(incidentSubject(ID))
  return { ...world, begun, now: now?.value, chain, asked: world.ports.reverifyQueue.asked.map((one) => one.replace(`${ID} `, '')) }
}

describe('the end of a run', () => {
  it.each<[string, Incident['state'], RunOutcome, Incident['state'], string, string]>([
    ['that contained', 'containing', { kind: 'contained', remarks: [] }, 'contained', 'every step is in place', 'contained'],
    ['that contained with remarks', 'containing', { kind: 'contained', remarks: ['a', 'b'] }, 'contained', 'a; b', 'contained'],
    ['that restricted', 'restricting', { kind: 'restricted', remarks: [] }, 'restricted', 'every step is in place', 'restricted'],
    ['that has to ask', 'containing', { kind: 'asking', why: ['c', 'd'] }, 'asking', 'c; d', 'ask'],
    ['that has to ask about a restriction', 'restricting', { kind: 'asking', why: ['c'] }, 'asking', 'c', 'ask'],
  ])(
    '%s moves the incident, the record says so, people are told, and it is looked at again three times',
    async (_, from, outcome, to, why, notice) => {
      const { now, chain, asked, notices } = await ended({ state: from }, outcome)
      expect(chain).toMatchObject([{ kind: 'state', target: `incident:${ID}`, from, to, why, actor: 'countersign:contain' }])
      expect(now).toMatchObject({ state: to, head: { number: 1, hash: chain[0]?.hash } })
      expect(now?.owedNotice).toBeUndefined()
      expect(now?.decision.why).toEqual(
        expect.arrayContaining('why' in outcome ? [...outcome.why] : 'remarks' in outcome ? [...outcome.remarks] : []),
      )
      expect(asked).toEqual(['+5', '+15', '+60'])
      expect(notices.map(({ kind }) => kind)).toEqual([notice])
    },
  )

  it('of which IAM does not show everything yet decides nothing, and asks for one look after IAM has caught up', async () => {
    const { now, chain, asked, notices, begun } = await ended({ state: 'containing' }, { kind: 'unread' })
    expect([now, chain, notices, asked]).toEqual([begun, [], [], ['+5']])
  })

  it('is queued to be looked at again before people are told: a notice that fails is owed', async () => {
    const world = await embedded()
    const asked = world.ports.reverifyQueue.asked
    const notifier = { notify: () => Promise.reject(new Error('Slack is down')) }
    const incident = incidentOf(ID, { state: 'containing' })
    await world.ports.incidents.save(incident, 0)
    const changeLog = openChangeLog(ID, [], world.ports)
    const outcome = { kind: 'contained', remarks: [] } as const
    await expect(finishRun({ value: incident, version: 1 }, outcome, changeLog, { ...world.ports, notifier })).rejects.toThrow('Slack')
    expect(asked).toHaveLength(3)
    expect((await world.ports.incidents.get(ID))?.value).toMatchObject({ state: 'contained', owedNotice: 'contained' })
  })
})

describe('what came while a run was at work', () => {
  const second = { id: 'AKIASECOND0000000001', kind: 'access-key', isPrimary: false } as const
  const own = incidentOf(ID).credentials
  const narrow = { ...HABIT, sessions: ['a-1'] }

  it.each<[string, Partial<Incident>, Partial<Incident>]>([
    ['something that was issued', {}, { lineage: [EDGE] }],
    ['a call that created the same again', { lineage: [EDGE] }, { lineage: [{ ...EDGE, recreatedAt: [NOW + 1] }] }],
    ['another credential', {}, { credentials: [...own, second] }],
    ['more against a credential', { credentials: [...own, second] }, { credentials: [...own, { ...second, isPrimary: true }] }],
    ['an approval', { approved: ['a'] }, { approved: ['a', 'b'] }],
    ['a restriction, of a role', {}, { restriction: narrow }],
    ['a session to restrict', { restriction: narrow }, { restriction: { ...narrow, sessions: ['a-1', 'a-2'] } }],
    [
      'a fence',
      { restriction: { ...HABIT, addresses: ['192.0.2.0/24'] } },
      { restriction: { ...HABIT, addresses: ['192.0.2.0/24'], isFenced: true } },
    ],
  ])(
    'is not contained by it: with %s the incident stays on its way for a run of its own, and nobody is told yet',
    async (_, parts, more) => {
      for (const [state, kind] of [
        ['containing', 'contained'],
        ['restricting', 'restricted'],
      ] as const) {
        const { now, asked, notices } = await ended({ state, ...parts }, { kind, remarks: [] }, more)
        expect([now?.state, asked, notices]).toEqual([state, ['+1'], []])
      }
    },
  )

  it.each<[string, Partial<Incident>, Partial<Incident>]>([
    ['one finding more', {}, { updatedAt: NOW, findings: [] }],
    ['the same lineage', { lineage: [EDGE] }, { lineage: [{ ...EDGE }] }],
    ['less against a credential', { credentials: [...own, { ...second, isPrimary: true }] }, { credentials: [...own, second] }],
    ['a restriction that denies no more', { restriction: HABIT }, { restriction: { ...HABIT, services: [...HABIT.services, 'sqs'] } }],
    ['a restriction of fewer sessions', { restriction: { ...HABIT, sessions: ['a-1', 'a-2'] } }, { restriction: narrow }],
    ['no restriction any more', { restriction: HABIT }, { restriction: withoutHabit(HABIT) }],
    ['an approval that another replaced', { approved: ['a'] }, { approved: ['b'] }],
  ])('and changes nothing to be done ends the run: %s', async (_, parts, more) => {
    const { now, asked } = await ended({ state: 'containing', ...parts }, { kind: 'contained', remarks: [] }, more)
    expect([now?.state, asked.length]).toEqual(['contained', 3])
  })

  it('is a stronger decision: the containment that it calls for has a run of its own', async () => {
    const { now, asked, notices } = await ended({ state: 'restricting' }, { kind: 'restricted', remarks: [] }, { state: 'containing' })
    expect([now?.state, asked, notices]).toEqual(['containing', ['+1'], []])
  })

  it('is a stronger decision, of which a question about the weaker one is no answer', async () => {
    const { now, asked, notices } = await ended({ state: 'restricting' }, { kind: 'asking', why: ['x'] }, { state: 'containing' })
    expect([now?.state, asked, notices]).toEqual(['containing', ['+1'], []])
  })

  it('is an entry of another run in the record, and no release: the run ends', async () => {
    const world = await embedded()
    const incident = incidentOf(ID, { state: 'containing' })
    await world.ports.incidents.save(incident, 0)
    const changeLog = openChangeLog(ID, [], world.ports)
    const draft = { at: new Date(NOW).toISOString(), actor: 'x', target: `incident:${ID}`, from: null, to: 'contain', why: 'x' }
    await append(world.ports.record, incidentSubject(ID), { ...draft, kind: 'decision' })
    await finishRun({ value: incident, version: 1 }, { kind: 'contained', remarks: [] }, changeLog, world.ports)
    expect((await world.ports.incidents.get(ID))?.value.state).toBe('contained')
    expect((await world.ports.record.list(incidentSubject(ID))).map(({ kind }) => kind)).toEqual(['decision', 'state'])
  })

  it.each(['releasing', 'released', 'confirmed'] as const)(
    'is a word of a person, which the end of a run does not change: %s',
    async (state) => {
      const { now } = await ended({ state: 'containing' }, { kind: 'contained', remarks: [] }, { state })
      expect([now?.state, now?.containedAt]).toEqual([state, undefined])
    },
  )

  it('is a release, which the record has: then that is the last word of it', async () => {
    const world = await embedded()
    const { ports } = world
    const incident = incidentOf(ID, { state: 'containing' })
    await ports.incidents.save(incident, 0)
    const changeLog = openChangeLog(ID, [], ports)
    const at = new Date(NOW).toISOString()
    const verdict = {
      at,
      actor: 'reviewer',
      kind: 'verdict',
      target: `incident:${ID}`,
      from: 'containing',
      to: 'releasing',
      why: 'x',
    } as const
    await append(ports.record, incidentSubject(ID), verdict)
    await finishRun({ value: incident, version: 1 }, { kind: 'contained', remarks: [] }, changeLog, ports)
    expect((await ports.record.list(incidentSubject(ID))).map(({ kind }) => kind)).toEqual(['verdict'])
    expect([(await ports.incidents.get(ID))?.value.state, ports.reverifyQueue.asked, world.notices]).toEqual(['containing', [], []])
  })
})

describe('a state that no order of a person stands for', () => {
  it.each<[Incident['state'], RegExp]>([
    ['releasing', /^its state says that it is being released, and no order .*: nothing was restored; decide again/],
    [
      'rotating',
      /^its state says that its keys are being rotated, and no order .*: nothing more was let through or made anew; decide again/,
    ],
  ])('%s becomes a question to people, in the record and in a notice', async (state, why) => {
    const world = await embedded()
    const incident = incidentOf(ID, { state })
    await world.ports.incidents.save(incident, 0)
    await refuseUnordered({ value: incident, version: 1 }, openChangeLog(ID, [], world.ports), world.ports)
    const [entry] = await world.ports.record.list(incidentSubject(ID))
    expect(entry).toMatchObject({ kind: 'state', target: `incident:${ID}`, from: state, to: 'asking', why: expect.stringMatching(why) })
    const now = (await world.ports.incidents.get(ID))?.value
    expect(now).toMatchObject({ state: 'asking', decision: { action: 'ask' }, head: { number: 1, hash: entry?.hash }, updatedAt: NOW })
    expect(now?.decision.why.at(-1)).toMatch(why)
    expect(world.notices.map(({ kind }) => kind)).toEqual(['ask'])
  })

  it('is left alone where the incident has moved on by itself', async () => {
    const world = await embedded()
    await world.ports.incidents.save(incidentOf(ID, { state: 'rotating' }), 0)
    const stale = { value: incidentOf(ID, { state: 'releasing' }), version: 0 }
    await refuseUnordered(stale, openChangeLog(ID, [], world.ports), world.ports)
    expect((await world.ports.incidents.get(ID))?.value.state).toBe('rotating')
    expect(world.notices).toEqual([])
  })
})
