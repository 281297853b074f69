import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Policy } from '../../shared/domain/policy.ts'
import { type Answered, answersIn } from '../../shared/learn/answered.ts'
import { driftOf } from '../../shared/learn/drift.ts'
import { accept, tighten } from '../../shared/learn/learn.ts'
import { proposalsOf } from '../../shared/learn/proposals.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { applyPolicy, readPolicy } from '../../shared/record/policy-in-force.ts'
import { review } from '../../shared/review/review.ts'
import { ATTACK, arnOf, embedded, exposed, NOW, opinionOf } from '../embedded.ts'

const DAY = 86_400_000
const POLICY = Policy.parse({ version: 3 })
const NO_QUESTIONS = { asked: 0, fallbacks: {} }

const answered = (baseRisk: number, isCompromised: boolean, more: Partial<Answered> = {}): Answered => ({
  incidentId: `inc-${baseRisk}`,
  at: NOW,
  isCompromised,
  baseRisk,
  isConfirmed: false,
  shares: { 'new-country': baseRisk },
  likelihood: undefined,
  ...more,
})
const many = (count: number, ...words: Parameters<typeof answered>) => Array.from({ length: count }, () => answered(...words))

describe('questions to the advisor', () => {
  it('are counted by what became of them; where there is no advisor there are none', async () => {
    const world = await embedded()
    await world.respond(ATTACK)
    const [incident] = await world.incidents()
    if (incident === undefined) throw new Error('no incident')
    const answered = { risk: 60, baseRisk: 50, isConfirmed: false, shares: {}, likelihood: 70 }
    const verdict = { kind: 'legitimate', by: arnOf('reviewer'), reason: 'x', at: new Date(NOW).toISOString(), answered } as const
    const fallback = (cause: 'late' | 'absent') => ({ ...incident.assessment, opinion: { kind: 'fallback', cause } as const })
    const { answers, questions } = answersIn([
      { ...incident, assessment: fallback('late') },
      { ...incident, assessment: fallback('late') },
      { ...incident, assessment: fallback('absent') },
      { ...incident, verdict, assessment: { ...incident.assessment, opinion: { kind: 'answered', shift: 10, ...opinionOf(70) } } },
      { ...incident, verdict: { kind: 'compromised', by: arnOf('reviewer'), reason: 'of an earlier version', at: verdict.at } },
    ])
    expect(questions).toEqual({ asked: 3, fallbacks: { late: 2 } })
    expect(answers).toMatchObject([{ isCompromised: false, baseRisk: 50, likelihood: 70 }])
    const { weeks } = driftOf({ answers: [...answers, answered2(NOW)], questions }, POLICY.thresholds)
    expect(weeks[0]?.advisor).toBe(0)
  })
})

const answered2 = (at: number): Answered => ({ ...answered(30, false), at })

describe('what verdicts say', () => {
  it('is kept with the assessment that they answered; what the responder ended by itself says nothing', async () => {
    const world = await embedded()
    await world.respond([...ATTACK, exposed('AKIABYSTANDER0000001', '2')])
    const all = await world.incidents()
    const [first, second] = ['ci-build', 'bystander'].map((name) => all.find(({ identity }) => identity.name === name))
    if (first === undefined || second === undefined) throw new Error('no incidents')
    await review(first.id, { kind: 'compromised', by: arnOf('reviewer'), reason: 'x' }, world.ports)
    const stored = await world.ports.incidents.get(second.id)
    if (stored === undefined) throw new Error('no incident')
    const verdict = { kind: 'compromised', by: 'countersign:sweep', reason: 'nobody', at: new Date(NOW).toISOString() } as const
    await world.ports.incidents.save({ ...stored.value, state: 'confirmed', verdict }, stored.version)
    const { answers, questions } = answersIn(await world.incidents())
    expect(answers).toHaveLength(1)
    expect(answers[0]).toMatchObject({ incidentId: first.id, isCompromised: true, at: NOW })
    expect(Object.keys(answers[0]?.shares ?? {})).toContain('logging-tampered')
    expect(questions).toEqual(NO_QUESTIONS)
  })

  it('is counted by detector, by tenth of the risk and by week, and against the advisor', () => {
    const answers = [
      ...many(5, 62, false, { likelihood: 20 }),
      answered(95, true, { at: NOW + 8 * DAY, likelihood: 80, shares: { 'logging-tampered': 60, 'new-country': 35 } }),
      answered(91, false, { at: NOW + 8 * DAY, likelihood: 90, shares: { 'new-country': 91 } }),
    ]
    const drift = driftOf({ answers, questions: { asked: 9, fallbacks: { late: 2 } } }, POLICY.thresholds)
    expect(drift.detectors).toEqual([
      { detector: 'new-country', incidents: 7, compromised: 1, precision: 1 / 7, hasOnlyFalsePositives: false },
      { detector: 'logging-tampered', incidents: 1, compromised: 1, precision: 1, hasOnlyFalsePositives: false },
    ])
    expect(drift.calibration).toEqual([
      { from: 60, incidents: 5, predicted: expect.closeTo(0.62), observed: 0 },
      { from: 90, incidents: 2, predicted: expect.closeTo(0.93), observed: 0.5 },
    ])
    expect(drift.weeks.map(({ verdicts, score, advisor }) => [verdicts, score, advisor])).toEqual([
      [5, 0, 1],
      [2, 0.5, 0.5],
    ])
    expect(drift.advisor).toEqual({ answered: 7, agreed: 6, asked: 9, fallbacks: { late: 2 } })
    expect(drift.brier).toBeCloseTo((5 * 0.62 ** 2 + 0.05 ** 2 + 0.91 ** 2) / 7)
    expect(driftOf({ answers: many(5, 60, false), questions: NO_QUESTIONS }, POLICY.thresholds).detectors[0]?.hasOnlyFalsePositives).toBe(
      true,
    )
  })

  it('of nobody is nothing', () => {
    expect(driftOf({ answers: [], questions: NO_QUESTIONS }, POLICY.thresholds)).toMatchObject({ verdicts: 0, brier: null, weeks: [] })
    expect(proposalsOf([], POLICY)).toEqual([])
  })
})

describe('a proposal', () => {
  const changes = (answers: Answered[], policy = POLICY) => proposalsOf(answers, policy).map(({ id, from, to }) => [id, from, to])

  it('is to ask or to contain sooner where what lay just below was nearly always a compromise', () => {
    expect(changes(many(10, 48, true))).toEqual([['ask-tighten', 55, 50]])
    expect(changes(many(10, 80, true))).toEqual([['contain-tighten', 85, 80]])
    expect(changes(many(9, 80, true))).toEqual([])
    expect(changes([...many(10, 80, true), answered(80, false)])).toEqual([])
  })

  it('is to ask or to contain later where what lay just above never was one', () => {
    expect(changes(many(10, 60, false, { shares: {} }))).toEqual([['ask-loosen', 55, 60]])
    expect(changes(many(10, 88, false, { shares: {} }))).toEqual([['contain-loosen', 85, 90]])
  })

  it('is to weigh a detector less that only cries wolf, and as before where it no longer does', () => {
    expect(changes(many(10, 30, false))).toEqual([['weight-new-country', 1, 0.7]])
    const weighed = Policy.parse({ version: 3, detectors: { 'new-country': { weight: 0.7 } } })
    expect(changes(many(10, 30, true), weighed)).toEqual([['weight-new-country', 0.7, 1]])
  })

  it('hangs on no confirmed incident: those pass thresholds and weights by', () => {
    expect(changes(many(20, 80, true, { isConfirmed: true }))).toEqual([])
  })

  it('is always a policy that holds: thresholds rise, tightening stays inside its bounds, and tightening comes first', () => {
    const answers = fc.array(
      fc.record({ baseRisk: fc.integer({ min: 0, max: 100 }), isCompromised: fc.boolean(), times: fc.integer({ min: 1, max: 30 }) }),
      { maxLength: 8 },
    )
    const thresholds = fc
      .array(fc.nat({ max: 100 }), { minLength: 4, maxLength: 4 })
      .map((all) => all.sort((a, b) => a - b))
      .map(([notify, ask, restrict, contain]) => ({ notify, ask, restrict, contain }))
    fc.assert(
      fc.property(answers, thresholds, (rows, limits) => {
        const policy = Policy.parse({ version: 3, thresholds: limits })
        const all = proposalsOf(
          rows.flatMap(({ baseRisk, isCompromised, times }) => many(times, baseRisk, isCompromised)),
          policy,
        )
        for (const proposal of all) {
          expect(Policy.safeParse(proposal.policy).success).toBe(true)
          expect(proposal.to).not.toBe(proposal.from)
          // What restricts nothing does not come to restrict by a proposal.
          const { restrict, contain } = proposal.policy.thresholds
          if (policy.thresholds.restrict === policy.thresholds.contain) expect(restrict).toBe(contain)
          if (proposal.direction === 'loosen' || proposal.what.startsWith('detectors')) continue
          expect(proposal.to).toBeLessThan(proposal.from)
          expect(proposal.to).toBeGreaterThanOrEqual(
            proposal.what === 'thresholds.ask' ? policy.learning.minAsk : policy.learning.minContain,
          )
        }
        const directions = all.map(({ direction }) => direction)
        expect(directions).toEqual([...directions].sort().reverse())
      }),
      { numRuns: 400 },
    )
  })
})

describe('learning', () => {
  /** A world with answered incidents of a risk. */
  async function taught(baseRisk: number, kind: 'compromised' | 'legitimate', policy: object = {}) {
    const world = await embedded()
    await world.respond(ATTACK)
    const [incident] = await world.incidents()
    if (incident === undefined) throw new Error('no incident')
    const answered = { risk: baseRisk, baseRisk, isConfirmed: false, shares: {}, likelihood: null }
    const verdict = { kind, by: arnOf('reviewer'), reason: 'x', at: new Date(NOW).toISOString(), answered }
    for (let at = 0; at < 10; at++) await world.ports.incidents.save({ ...incident, id: `inc-${at}`, state: 'confirmed', verdict }, 0)
    const { number } = await readPolicy(world.ports.record)
    const next = Policy.parse({ version: 3, mode: 'contain', ...policy })
    await applyPolicy(world.ports.record, { policy: next, by: 'test', why: 'test', at: new Date(NOW).toISOString(), expected: number })
    return world.ports
  }

  it('autoTighten by itself only where the policy lets it, and says why in the record', async () => {
    const off = await taught(80, 'compromised')
    expect(await tighten({ ...off, log: silentLog })).toBeUndefined()
    const on = await taught(80, 'compromised', { learning: { autoTighten: true } })
    expect(await tighten({ ...on, log: silentLog })).toMatchObject({ id: 'contain-tighten', from: 85, to: 80 })
    expect((await readPolicy(on.record)).policy.thresholds.contain).toBe(80)
    expect(await on.record.last('POLICY')).toMatchObject({
      actor: 'countersign:learn',
      why: 'tightened by verdicts: thresholds.contain from 85 to 80 (10 verdicts up to 10 points below it, 100 % compromised)',
    })
  })

  it('loosens only where a person says so', async () => {
    const ports = await taught(88, 'legitimate', { learning: { autoTighten: true } })
    expect(await tighten({ ...ports, log: silentLog })).toBeUndefined()
    await expect(accept('contain-loosen', { by: arnOf('reviewer'), reason: ' ' }, ports)).rejects.toThrow('reason')
    await expect(accept('ask-loosen', { by: arnOf('reviewer'), reason: 'x' }, ports)).rejects.toThrow('the proposals are contain-loosen')
    await accept('contain-loosen', { by: arnOf('reviewer'), reason: 'too many false alarms' }, ports)
    expect((await readPolicy(ports.record)).policy.thresholds.contain).toBe(90)
    expect((await ports.record.last('POLICY'))?.actor).toBe(arnOf('reviewer'))
  })

  it('weighs what a detector says by the policy, but never what is confirmed', async () => {
    const names = ['logging-tampered', 'user-created', 'admin-policy-granted', 'access-key-exposed']
    const detectors = Object.fromEntries(names.map((id) => [id, { weight: 0.1 }]))
    const weighed = await embedded({ policy: { detectors } })
    await weighed.respond(ATTACK)
    const plain = await embedded()
    await plain.respond(ATTACK)
    const [a, b] = [(await weighed.incidents())[0]?.assessment.risk ?? 0, (await plain.incidents())[0]?.assessment.risk ?? 0]
    expect(a).toBeLessThan(b / 2)
    const confirmed = await embedded({ policy: { detectors } })
    await confirmed.respond([exposed()])
    expect((await confirmed.incidents())[0]?.state).toBe('contained')
  })
})
