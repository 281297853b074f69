import { describe, expect, it } from 'vitest'
import { evidenceIds, evidencePack, tokensOf } from '../../shared/decide/advise/pack.ts'
import { assessmentOf } from '../../shared/domain/assessment.ts'
import { emptyBaseline } from '../../shared/domain/baseline.ts'
import type { Finding } from '../../shared/domain/finding.ts'
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

function packOf(findings: number, maxInputTokens: number) {
  const normalised = normalise(call('iam:ListUsers', { id: 'a', agent: 'y'.repeat(500) }))
  if (normalised.kind !== 'signals' || normalised.signals[0] === undefined) throw new Error('no signal')
  return evidencePack({
    incidentId: 'inc-0123456789ab',
    signal: normalised.signals[0],
    baseline: emptyBaseline(),
    assessment: assessmentOf(Array.from({ length: findings }, (_, at) => finding(at))),
    blastRadius: { score: 10, basis: 'observed', reasons: ['can read stored data'] },
    maxInputTokens,
  })
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
