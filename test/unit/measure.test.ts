import { describe, expect, it } from 'vitest'
import type { Change, ChangeDraft } from '../../shared/domain/change.ts'
import { chain } from '../../shared/domain/change.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import type { Verdict } from '../../shared/domain/verdict.ts'
import type { IncidentWithChanges } from '../../shared/learn/measure/incident-with-changes.ts'
import { type Measures, measure } from '../../shared/learn/measure/measure.ts'
import { headOf } from '../../shared/record/append.ts'
import { ATTACK, embedded, NOW } from '../embedded.ts'

const PERIOD = { since: NOW - 1000, until: NOW + 86_400_000 }
const iso = (time: number) => new Date(time).toISOString()

const world = await embedded({ policy: { breaker: { maxUserFraction: 1 } } })
for (const event of ATTACK) await world.respond([event])
const [sample] = await world.incidents()
if (sample === undefined) throw new Error('the attack opened no incident')

function chainOf(drafts: readonly Partial<ChangeDraft>[], subject = 'INCIDENT#x'): Change[] {
  const changes: Change[] = []
  for (const draft of drafts)
    changes.push(
      chain(subject, headOf(changes.at(-1)), {
        at: iso(NOW),
        actor: 'countersign:respond',
        kind: 'state',
        target: 'incident:x',
        from: null,
        to: null,
        why: 'because',
        ...draft,
      }),
    )
  return changes
}

const decided = (would: string, after: number, action = would) => ({
  kind: 'decision' as const,
  at: iso(NOW + after),
  to: { would, action },
})

function verdict(kind: Verdict['kind'], after: number, by = 'local:anna'): Verdict {
  const answered = { risk: 90, baseRisk: 90, isConfirmed: false, shares: { 'new-country': 90 }, likelihood: null }
  return { kind, by, at: iso(NOW + after), reason: 'known', ...(by.startsWith('countersign:') ? {} : { answered }) }
}

function one(id: string, parts: Partial<Incident>, drafts: readonly Partial<ChangeDraft>[] = []): IncidentWithChanges {
  const base: Incident = {
    ...(sample as Incident),
    state: 'watching',
    containedAt: undefined,
    verdict: undefined,
    openedAt: NOW,
    decidedBy: { signalId: 's', time: NOW, origin: undefined },
  }
  return {
    incident: { ...base, findings: base.findings.map((finding) => ({ ...finding, time: NOW })), id, ...parts },
    changes: chainOf(drafts),
  }
}

describe('the measures of a period', () => {
  it('say of an empty one that there is nothing, and never a number that is none', () => {
    const empty = measure([], [], PERIOD)
    expect(empty).toMatchObject({ incidents: [], open: 0, detectors: [], policyChanges: [], byState: {} })
    expect(empty.times.detect).toEqual({ count: 0, median: null, ninetieth: null, worst: null, points: [] })
    expect(empty.precision.all).toEqual({ answered: 0, compromised: 0, share: null })
    expect(JSON.stringify(empty)).not.toContain('NaN')
  })

  it('take an incident in by when it was opened: from the first moment on, before the last', () => {
    const at = (openedAt: number) => one(`at-${openedAt}`, { openedAt })
    const found = measure([at(PERIOD.since), at(PERIOD.since - 1), at(PERIOD.until), at(PERIOD.until - 1)], [], PERIOD)
    expect(found.incidents.map(({ openedAt }) => openedAt).sort()).toEqual([PERIOD.since, PERIOD.until - 1].sort())
  })

  it('count detection from the first finding to the first decision that calls for people, also where the mode only observes', () => {
    const chained = one('a', {}, [decided('notify', 1000), decided('ask', 4000, 'observe'), decided('contain', 9000)])
    expect(measure([chained], [], PERIOD).times.detect).toMatchObject({ count: 1, median: 4000 })
    expect(measure([one('b', {}, [decided('notify', 1000)])], [], PERIOD).times.detect.count).toBe(0)
  })

  it('count containment from the deciding event, and review from containment or the question to a person’s verdict', () => {
    const contained = one('a', { containedAt: NOW + 2000, state: 'confirmed', verdict: verdict('compromised', 62_000) }, [
      decided('contain', 0),
    ])
    const asked = one('b', { state: 'released', verdict: verdict('legitimate', 31_000) }, [decided('ask', 1000)])
    const nobody = one('c', { containedAt: NOW + 4000, state: 'confirmed', verdict: verdict('compromised', 99_000, 'countersign:sweep') })
    const { times, precision } = measure([contained, asked, nobody], [], PERIOD)
    expect(times.contain).toMatchObject({ count: 2, median: 2000, worst: 4000 })
    expect(times.review).toMatchObject({ count: 2, median: 30_000, worst: 60_000 })
    expect(precision.all).toEqual({ answered: 2, compromised: 1, share: 0.5 })
    expect(precision.contained).toEqual({ answered: 1, compromised: 1, share: 1 })
  })

  it('leave the verdicts on drills out of every precision and say how many, and no other canary, user of that name, or drill that was an attack', () => {
    const user = (path: string, parts: Partial<Incident> = {}) => ({
      identity: { ...sample.identity, kind: 'iam-user' as const, id: `arn:aws:iam::123456789012:user/${path}` },
      state: 'released' as const,
      containedAt: NOW + 2000,
      verdict: verdict('legitimate', 3000),
      ...parts,
    })
    const drill = 'countersign-canary/countersign-drill-0a1b2c'
    const answered = (...incidents: Partial<Incident>[]) => {
      const { drills, precision, detectors, times } = measure(
        incidents.map((parts, at) => one(`i${at}`, parts)),
        [],
        PERIOD,
      )
      return {
        drills,
        all: precision.all.answered,
        contained: precision.contained.answered,
        detectors: detectors.length,
        timed: times.contain.count,
      }
    }
    expect(answered(user(drill))).toEqual({ drills: 1, all: 0, contained: 0, detectors: 0, timed: 1 })
    const counted = { drills: 0, all: 1, contained: 1, detectors: 1, timed: 1 }
    expect(answered(user('countersign-canary/build-canary'))).toEqual(counted)
    for (const path of ['countersign-drill-0a1b2c', `x:user/${drill}`, `countersign-canary/a/${drill}`, `${drill}/payroll`, `${drill}:x`])
      expect(answered(user(path))).toEqual(counted)
    expect(answered(user(drill, { verdict: verdict('compromised', 3000) }))).toEqual(counted)
    expect(answered(user(drill, { verdict: undefined }))).toEqual({ ...counted, all: 0, contained: 0, detectors: 0 })
  })

  it('take no time for what ended, by another clock, before it began', () => {
    expect(measure([one('a', { containedAt: NOW - 500 })], [], PERIOD).times.contain).toMatchObject({ count: 1, worst: 0 })
  })

  it('name values that were measured: the median, nine in ten, the worst', () => {
    const many = Array.from({ length: 10 }, (_, at) => one(`i${at}`, { containedAt: NOW + (at + 1) * 100 }))
    expect(measure(many, [], PERIOD).times.contain).toMatchObject({ count: 10, median: 500, ninetieth: 900, worst: 1000 })
  })

  it('count what each function did, from the record', () => {
    const drafts = [
      { kind: 'step-done' as const },
      { kind: 'step-done' as const },
      { kind: 'step-failed' as const },
      { kind: 'step-reversed' as const },
      { kind: 'step-undone' as const },
      { kind: 'verdict' as const },
      { kind: 'rotation-delivered' as const },
    ]
    const suppression = { until: NOW, detectors: [], confirmed: [] }
    const held = one('a', { state: 'released', containedAt: NOW, escalatedAt: NOW, suppression }, drafts)
    const spared = one('b', { decision: { ...held.incident.decision, would: 'contain', action: 'ask' } })
    const { functions } = measure([held, spared], [], PERIOD)
    const count = (name: keyof Measures['functions'], word: string) => functions[name].find(({ what }) => what.includes(word))?.count
    expect(count('Identify', 'identities')).toBe(1)
    expect(count('Protect', 'weaker action')).toBe(1)
    expect(count('Protect', 'with a suppression')).toBe(1)
    expect(count('Detect', 'opened')).toBe(2)
    expect(count('Detect', 'detectors')).toBe(new Set(sample.findings.map(({ detector }) => detector)).size)
    expect(count('Respond', 'steps of containment done')).toBe(2)
    expect(count('Respond', 'failed')).toBe(1)
    expect(count('Respond', 'reversed')).toBe(1)
    expect(count('Respond', 'escalated')).toBe(1)
    expect(count('Respond', 'verdicts')).toBe(1)
    expect(count('Recover', 'released')).toBe(1)
    expect(count('Recover', 'undone')).toBe(1)
    expect(count('Recover', 'rotated')).toBe(1)
  })

  it('tell the versions of the policy that were put in force, by whom, and the overrides among them', () => {
    const policy = chainOf(
      [
        { kind: 'policy', at: iso(PERIOD.since - 5), to: {} },
        { kind: 'policy', actor: 'countersign:learn', to: { version: 2 } },
        { kind: 'policy', actor: 'local:anna', to: { version: 2, override: { mode: 'observe' } } },
        { kind: 'policy', to: null },
      ],
      'POLICY',
    )
    const { policyChanges, functions } = measure([], policy, PERIOD)
    expect(policyChanges.map(({ number }) => number)).toEqual([2, 3, 4])
    expect(functions.Govern.map(({ count }) => count)).toEqual([3, 1, 1])
  })

  it('tell the worth of detectors by what people said, and why the advisor stayed silent', () => {
    const late = { ...sample.assessment, opinion: { kind: 'fallback' as const, cause: 'late' as const } }
    const chained = [one('a', { verdict: verdict('compromised', 1), assessment: late }), one('b', { verdict: verdict('legitimate', 1) })]
    const { detectors, advisor } = measure(chained, [], PERIOD)
    expect(detectors).toEqual([{ detector: 'new-country', incidents: 2, compromised: 1, precision: 0.5, hasOnlyFalsePositives: false }])
    expect(advisor).toEqual({ asked: 1, fallbacks: { late: 1 } })
  })
})
