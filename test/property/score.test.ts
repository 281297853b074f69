import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../shared/decide/decide.ts'
import { type Action, isStronger } from '../../shared/domain/action.ts'
import { assessmentOf, Familiarity, withOpinion } from '../../shared/domain/assessment.ts'
import type { Bounds } from '../../shared/domain/bounds.ts'
import { axisOf, type EvidenceGroup, type Finding } from '../../shared/domain/finding.ts'
import { globs } from '../../shared/domain/glob.ts'
import { Mode } from '../../shared/domain/policy.ts'
import type { Identity, IdentityKind } from '../../shared/domain/signal.ts'
import { opinionOf } from '../embedded.ts'

/** A detector is of one group, and some rest on one fact. */
const groupOf = (detector: string): EvidenceGroup => (['origin', 'discovery', 'impact'] as const)[detector.charCodeAt(0) % 3] ?? 'origin'
const factOf = (detector: string) => (['a', 'd'].includes(detector) ? 'tool' : detector)

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
        axis: axisOf(groupOf(row.detector)),
        group: groupOf(row.detector),
        fact: factOf(row.detector),
        signalId: `${at}`,
        credentialId: 'k',
        time: at,
        ...row,
      }),
    ),
  )
const unconfirmed = findings.map((all) => all.map((one) => ({ ...one, isConfirmed: false })))
const familiarities = fc.constantFrom(...Familiarity.options)

const score = fc.nat({ max: 100 })
const thresholds = fc.tuple(score, score, score, score).map((values) => {
  const [notify, ask, restrict, contain] = values.sort((a, b) => a - b) as [number, number, number, number]
  return ask % 2 === 0 ? { notify, ask, restrict, contain } : { notify, ask: restrict, restrict: ask, contain }
})
const evidence = fc
  .record({
    unusualFrom: score,
    suspectFrom: score,
    containSuspectFrom: score,
    restrictUnusualFrom: score,
    restrictKnownFrom: score,
    fenceFrom: score,
    askVouchedFrom: score,
  })
  .map((table) => ({ ...table, suspectFrom: Math.max(table.unusualFrom, table.suspectFrom) }))
const bounds: fc.Arbitrary<Bounds> = fc.record({
  tier: fc.constant('t'),
  mode: fc.constantFrom(...Mode.options),
  thresholds,
  evidence,
  believed: fc.constant({ signals: {}, disclosedSecret: 'ask' as const }),
  onExpiry: fc.constant('keep'),
  isReserved: fc.constant(false),
  isCanary: fc.boolean(),
  about: fc.constant(undefined),
  approver: fc.option(fc.constant('an approver'), { nil: undefined }),
  protection: fc.option(fc.constant('protected'), { nil: undefined }),
})
const kinds = fc.constantFrom<IdentityKind>('iam-user', 'role', 'root', 'federated-user', 'unknown')
const identityOf = (kind: IdentityKind): Identity => ({ id: 'i', kind, name: 'n', account: '1' })
const USER = identityOf('iam-user')

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

describe('both axes', () => {
  it('never fall by more evidence, and lie between 0 and 100', () => {
    fc.assert(
      fc.property(findings, findings, (some, more) => {
        const [before, after] = [assessmentOf(some), assessmentOf([...some, ...more])]
        for (const number of ['compromise', 'harm', 'unchosen', 'lasting'] as const) {
          expect(after[number]).toBeGreaterThanOrEqual(before[number])
          expect(after[number]).toBeLessThanOrEqual(100)
        }
      }),
    )
  })

  it('count a fact once, whatever findings rest on it', () => {
    fc.assert(
      fc.property(findings, fc.nat(), (some, at) => {
        const one = some[at % Math.max(1, some.length)]
        if (one === undefined) return
        const other = { ...one, detector: 'by-another-name', isConfirmed: false }
        const [before, after] = [assessmentOf(some), assessmentOf([...some, other])]
        expect([after.compromise, after.harm]).toEqual([before.compromise, before.harm])
      }),
    )
  })

  it('are each moved by their own findings alone', () => {
    fc.assert(
      fc.property(findings, (some) => {
        const of = (axis: string) => assessmentOf(some.filter((one) => one.axis === axis))
        const { compromise, harm } = assessmentOf(some)
        expect([compromise, harm]).toEqual([of('who').compromise, of('what').harm])
      }),
    )
  })
})

describe('a decision', () => {
  it('is never weaker for more evidence', () => {
    fc.assert(
      fc.property(findings, findings, bounds, kinds, familiarities, (some, more, limits, kind, familiarity) => {
        const decided = (evidence: Finding[]) => decide(assessmentOf(evidence, { familiarity }), identityOf(kind), limits)
        const [before, after] = [decided(some), decided([...some, ...more])]
        expect(isStronger(before.action, after.action)).toBe(false)
        expect(isStronger(before.would, after.would)).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })

  it('never contains what is protected, what is neither user nor role, or what the mode does not allow', () => {
    fc.assert(
      fc.property(findings, bounds, kinds, (some, limits, kind) => {
        const { action, why } = decide(assessmentOf(some), identityOf(kind), limits)
        if (action === 'contain') {
          expect([limits.mode, limits.protection]).toEqual(['contain', undefined])
          expect(['iam-user', 'role']).toContain(kind)
        }
        expect(why.length).toBeGreaterThan(0)
      }),
    )
  })

  it('never contains without evidence that it is not the owner, however much harm there is', () => {
    fc.assert(
      fc.property(unconfirmed, bounds, familiarities, (some, limits, familiarity) => {
        const harm = some.filter(({ axis }) => axis === 'what')
        const { would } = decide(assessmentOf(harm, { familiarity }), USER, { ...limits, evidence: { ...limits.evidence, unusualFrom: 1 } })
        expect(would).not.toBe('contain')
      }),
    )
  })

  it('is moved by no opinion to contain, nor from a question or a restriction to less, nor from what is confirmed at all', () => {
    fc.assert(
      fc.property(findings, bounds, familiarities, score, fc.nat({ max: 30 }), (some, limits, familiarity, likelihood, maxShift) => {
        const base = assessmentOf(some, { familiarity })
        const [alone, advised] = [base, withOpinion(base, opinionOf(likelihood), maxShift)].map((one) => decide(one, USER, limits).would)
        if (base.isConfirmed) expect(advised).toBe('contain')
        if (alone !== 'contain') expect(advised).not.toBe('contain')
        const least = alone === 'contain' ? 'restrict' : (alone as Action)
        expect(isStronger(least, advised as Action)).toBe(false)
      }),
      { numRuns: 2000 },
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
