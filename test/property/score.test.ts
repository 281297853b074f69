import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../shared/decide/decide.ts'
import { type Assessment, assessmentOf, withOpinion } from '../../shared/domain/assessment.ts'
import type { Bounds } from '../../shared/domain/bounds.ts'
import { isStronger } from '../../shared/domain/decision.ts'
import type { EvidenceGroup, Finding } from '../../shared/domain/finding.ts'
import { globs } from '../../shared/domain/glob.ts'
import type { IdentityKind } from '../../shared/domain/signal.ts'
import { opinionOf } from '../embedded.ts'

/** A detector is of one group. */
const groupOf = (detector: string): EvidenceGroup => (['origin', 'discovery', 'abuse'] as const)[detector.charCodeAt(0) % 3] ?? 'origin'

const findings = fc
  .array(
    fc.record({
      detector: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'),
      weight: fc.double({ min: 0, max: 1, noNaN: true }),

      isConfirmed: fc.boolean(),
    }),
    { maxLength: 20 },
  )
  .map((rows) =>
    rows.map(
      (row, at): Finding => ({
        title: row.detector,
        technique: 'T1078',
        reason: '',
        group: groupOf(row.detector),
        signalId: `${at}`,
        credentialId: 'k',
        time: at,
        ...row,
      }),
    ),
  )

const thresholds = fc.array(fc.nat({ max: 100 }), { minLength: 4, maxLength: 4 }).map((values) => {
  const [notify, ask, restrict, contain] = values.sort((a, b) => a - b) as [number, number, number, number]
  return { notify, ask, restrict, contain }
})
const bounds: fc.Arbitrary<Bounds> = fc.record({
  tier: fc.constant('t'),
  mode: fc.constantFrom('observe', 'ask', 'restrict', 'contain'),
  thresholds,
  onExpiry: fc.constant('keep'),
  isReserved: fc.constant(false),
  approver: fc.option(fc.constant('an approver'), { nil: undefined }),
  about: fc.constant(undefined),
  protection: fc.option(fc.constant('protected'), { nil: undefined }),
})
const kinds = fc.constantFrom<IdentityKind>('iam-user', 'role', 'root', 'federated-user', 'unknown')
const risky = (risk: number, isConfirmed = false): Assessment => ({
  risk,
  baseRisk: risk,
  floor: 0,
  isConfirmed,
  contributions: [],
  opinion: undefined,
})
const risks = fc.double({ min: 0, max: 100, noNaN: true })

describe('a risk', () => {
  it('lies between 0 and 100, and its shares add up to it', () => {
    fc.assert(
      fc.property(findings, (evidence) => {
        const { risk, contributions } = assessmentOf(evidence)
        expect(risk).toBeGreaterThanOrEqual(0)
        expect(risk).toBeLessThanOrEqual(100)
        expect(contributions.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(risk, 5)
      }),
    )
  })

  it('never falls by more evidence, and does not depend on the order', () => {
    fc.assert(
      fc.property(findings, findings, (some, more) => {
        expect(assessmentOf([...some, ...more]).risk).toBeGreaterThanOrEqual(assessmentOf(some).risk)
        expect(assessmentOf([...some].reverse()).risk).toBe(assessmentOf(some).risk)
      }),
    )
  })

  it('counts a finding twice as once', () => {
    fc.assert(
      fc.property(findings, (evidence) => {
        expect(assessmentOf([...evidence, ...evidence]).risk).toBe(assessmentOf(evidence).risk)
      }),
    )
  })

  it('is moved by an opinion at most as far as the policy says, and never below the strongest finding', () => {
    fc.assert(
      fc.property(findings, fc.nat({ max: 100 }), fc.nat({ max: 30 }), (evidence, likelihood, maxShift) => {
        const before = assessmentOf(evidence)
        const { risk } = withOpinion(before, opinionOf(likelihood), maxShift)
        expect(Math.abs(risk - before.baseRisk)).toBeLessThanOrEqual(maxShift + 0.1)
        expect(risk).toBeGreaterThanOrEqual(Math.min(before.floor, before.baseRisk) - 1e-9)
        expect(risk).toBeLessThanOrEqual(100)
      }),
    )
  })
})

describe('a decision', () => {
  it('is never weaker for a higher risk', () => {
    fc.assert(
      fc.property(risks, risks, bounds, kinds, (a, b, limits, kind) => {
        const identity = { id: 'i', kind, name: 'n', account: '1' }
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((risk) => decide(risky(risk), identity, limits))
        expect(isStronger(low?.action ?? 'contain', high?.action ?? 'observe')).toBe(false)
      }),
    )
  })

  it('never contains or restricts what is protected, what is neither user nor role, or what the mode does not allow', () => {
    fc.assert(
      fc.property(risks, fc.boolean(), bounds, kinds, (risk, isConfirmed, limits, kind) => {
        const { action, why } = decide(risky(risk, isConfirmed), { id: 'i', kind, name: 'n', account: '1' }, limits)
        if (action === 'contain') {
          expect([limits.mode, limits.protection]).toEqual(['contain', undefined])
          expect(['iam-user', 'role']).toContain(kind)
        }
        if (action === 'restrict') {
          expect(['restrict', 'contain']).toContain(limits.mode)
          expect([limits.protection, limits.approver]).toEqual([undefined, undefined])
          expect(['iam-user', 'role']).toContain(kind)
        }
        expect(why.length).toBeGreaterThan(0)
      }),
    )
  })

  it('is not brought to contain or restrict by the advisor alone', () => {
    fc.assert(
      fc.property(risks, risks, bounds, (baseRisk, risk, limits) => {
        const { would } = decide({ ...risky(risk), baseRisk }, { id: 'i', kind: 'iam-user', name: 'n', account: '1' }, limits)
        if (would === 'contain') expect(baseRisk).toBeGreaterThanOrEqual(limits.thresholds.contain)
        if (would === 'restrict') expect(baseRisk).toBeGreaterThanOrEqual(limits.thresholds.restrict)
      }),
    )
  })
})

describe('an ARN pattern', () => {
  it('covers what the same regular expression does', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', ':', '/', '*', '.'), maxLength: 12 })
    fc.assert(
      fc.property(piece, piece, (pattern, value) => {
        const text = value.replaceAll('*', 'a')
        const expected = new RegExp(`^${pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('\\*', '.*')}$`).test(text)
        expect(globs(pattern, text)).toBe(expected)
      }),
      { numRuns: 2000 },
    )
  })
})
