import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AssessPorts, assess } from '../../shared/decide/advise/assess.ts'
import { evidenceIds, evidencePack, tokensOf } from '../../shared/decide/advise/pack.ts'
import { type Assessment, assessmentOf } from '../../shared/domain/assessment.ts'
import { emptyBaseline } from '../../shared/domain/baseline.ts'
import type { Finding } from '../../shared/domain/finding.ts'
import { offlineAdvisor } from '../../shared/memory/advisor.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { normalise } from '../../shared/sense/normalise.ts'
import { call, embedded, NOW, opinionOf } from '../embedded.ts'

const finding = (at: number): Finding => ({
  detector: `detector-${at}`,
  title: `Something that is worth a sentence, number ${at}`,
  weight: 0.5 - at / 100,
  axis: 'what',
  group: 'discovery',
  fact: `detector-${at}`,
  technique: 'T1580',
  isConfirmed: false,
  reason: `reason ${at} ${'x'.repeat(100)}`,
  signalId: `s-${at % 4}`,
  credentialId: 'k',
  time: NOW - at * 1000,
})

function subject() {
  const normalised = normalise(call('iam:ListUsers', { id: 'a', agent: 'y'.repeat(500) }))
  if (normalised.kind !== 'signals' || normalised.signals[0] === undefined) throw new Error('no signal')
  return {
    incidentId: 'inc-0123456789ab',
    signal: normalised.signals[0],
    baseline: emptyBaseline(),
    blastRadius: { score: 10, basis: 'observed', reasons: ['can read stored data'] },
  } as const
}

function packOf(findings: number, maxInputTokens: number) {
  const assessment = assessmentOf(Array.from({ length: findings }, (_, at) => finding(at)))
  return evidencePack({ ...subject(), assessment, maxInputTokens })
}

describe('an evidence pack', () => {
  it('holds twelve findings at most, its steps in the order of time, and ids for all that it tells', () => {
    const pack = packOf(20, 20_000)
    expect(pack.findings).toHaveLength(12)
    expect(pack.timeline.map(({ secondsAgo }) => secondsAgo)).toEqual(
      [...pack.timeline.map(({ secondsAgo }) => secondsAgo)].sort((a, b) => b - a),
    )
    expect([...evidenceIds(pack)]).toEqual(expect.arrayContaining(['F1', 'F12', 'S1', 'BASELINE', 'BLAST_RADIUS']))
    expect(pack.timeline.flatMap(({ findings }) => findings).sort()).toEqual(pack.findings.map(({ id }) => id).sort())
  })

  it('leaves the weakest evidence out until it fits, its reason and its place in the timeline with it', () => {
    const whole = packOf(12, 20_000)
    const fitted = packOf(12, tokensOf(whole) - 200)
    expect(tokensOf(fitted)).toBeLessThanOrEqual(tokensOf(whole) - 200)
    expect(fitted.findings.length).toBeLessThan(12)
    expect(fitted.findings[0]).toEqual(whole.findings[0])
    const ids = evidenceIds(fitted)
    for (const { findings } of fitted.timeline) for (const id of findings) expect(ids.has(id)).toBe(true)
    expect(Object.keys(fitted.untrusted).filter((field) => field.startsWith('reasonOf'))).toHaveLength(fitted.findings.length)
  })

  it('gives up untrusted texts last of all', () => {
    const least = packOf(12, 500)
    expect(least.findings).toHaveLength(1)
    expect(least.untrusted).toEqual({})
  })
})

describe('a finding that adds no points', () => {
  const ANY_RISK = parsePolicy({ version: 2, advisor: { band: [0, 100] } })
  const findings = fc.array(
    fc
      .record({
        weight: fc.double({ min: 0.01, max: 0.95, noNaN: true }),
        axis: fc.constantFrom('who' as const, 'what' as const),
        group: fc.constantFrom('origin' as const, 'discovery' as const, 'persistence' as const),
        technique: fc.constantFrom('T1580', 'T1098', 'T1136.003'),
      })
      .map((one) => ({ ...finding(0), ...one })),
    { minLength: 1, maxLength: 14 },
  )
  const evidence = findings.map((all) => all.map((one, at) => ({ ...one, detector: `detector-${at}`, fact: `fact-${at}` })))

  /** What is said of the evidence, and how often the advisor was asked for it after `known`. */
  async function said(of: readonly Finding[], known?: Assessment) {
    let asked = 0
    const advisor = offlineAdvisor()
    const ports: AssessPorts = {
      advisor: {
        advise: (pack, limits) => {
          asked += 1
          return advisor.advise(pack, limits)
        },
      },
      budget: { reserve: async () => true },
      clock: { now: () => NOW },
      log: { info: () => {}, warn: () => {} },
    }
    const assessment = await assess({ ...subject(), familiarity: 'unknown', evidence: of, known }, ANY_RISK, ports)
    return { assessment, asked }
  }

  it('changes nothing of the question, of the opinion and of the risk, and is no reason to ask again', async () => {
    const cases = evidence.chain((all) =>
      fc.tuple(
        fc.constant(all),
        fc.array(
          fc.tuple(
            fc.nat(all.length - 1),
            fc.boolean(),
            fc.nat(9_999).map((number) => `T${number}` as const),
          ),
          { minLength: 1, maxLength: 14 },
        ),
      ),
    )
    await fc.assert(
      fc.asyncProperty(cases, async ([all, added]) => {
        const idle = added.map(([at, isWeightless, technique], number) => {
          const stronger = all[at] as Finding
          const detector = `rule:idle-${number}`
          // Either it weighs nothing, or the fact that it rests on is counted by a finding at least as strong.
          return isWeightless
            ? { ...stronger, detector, technique, weight: 0, fact: detector }
            : { ...stronger, detector, technique, signalId: 's-9' }
        })
        const before = await said(all)
        const after = await said([...idle, ...all])
        expect(after.assessment.opinion).toEqual(before.assessment.opinion)
        expect(after.assessment.risk).toBe(before.assessment.risk)
        expect(await said([...idle, ...all], before.assessment)).toEqual({ assessment: after.assessment, asked: 0 })
        const pack = (of: readonly Finding[]) => evidencePack({ ...subject(), assessment: assessmentOf(of), maxInputTokens: 20_000 })
        expect(pack([...idle, ...all])).toEqual(pack(all))
      }),
    )
  })
})

describe('asking', () => {
  const asks = call('iam:CreateUser', { id: 'a1', request: { userName: 'x' } })

  it('spends nothing where questions cannot be counted, and the deterministic risk stands', async () => {
    let asked = 0
    const world = await embedded({ advisor: { advise: async () => ({ kind: 'answered', ...opinionOf(asked++) }) } })
    const warned: string[] = []
    Object.assign(world.ports, {
      budget: { reserve: () => Promise.reject(Object.assign(new Error('no'), { name: 'InternalServerError' })) },
      log: { info: () => {}, warn: (event: string) => warned.push(event) },
    })
    const { pipeline } = await import('../../shared/pipeline.ts')
    await pipeline(world.ports)([asks])
    expect((await world.incidents())[0]?.assessment).toMatchObject({ risk: 55, opinion: { kind: 'fallback', cause: 'over-budget' } })
    expect(asked).toBe(0)
    expect(warned).toEqual(['advisor.budget.failed', 'advisor.fallback.over-budget'])
  })

  it('is recorded with what the advisor had to do with the decision', async () => {
    const world = await embedded({ advisor: { advise: async () => ({ kind: 'answered', ...opinionOf(95) }) } })
    await world.respond([asks])
    const [incident] = await world.incidents()
    const [first] = await world.ports.record.list(`INCIDENT#${incident?.id}`)
    expect(first?.to).toMatchObject({ advisor: { likelihood: 95, verdict: 'compromised', shift: 15, model: 'test' } })
  })
})
