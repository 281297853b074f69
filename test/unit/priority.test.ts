import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../shared/domain/finding.ts'
import { byPriority, priorityOf, priorityParts, sortablePriority } from '../../shared/domain/priority.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'

const evidence = (risk: number, isConfirmed = false, baseRisk = risk) => ({ risk, baseRisk, isConfirmed })
const finding = (detector: string, group: string, weight = 0.9) => ({ detector, group, weight }) as Finding
const EXPOSED = [finding('key-exposed', 'exposure')]
/** What a priority is made of. */
const weighed = (assessment: ReturnType<typeof evidence>, score: number, findings: readonly Finding[] = [], raise = 0) => ({
  assessment,
  blastRadius: { score },
  findings,
  criticality: { raise },
})
const raises = fc
  .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
const tenths = fc.integer({ min: 0, max: 1000 }).map((tenth) => tenth / 10)

describe('the priority', () => {
  it.each([
    ['an administrator at risk 97, of which nothing was seen', evidence(97), 50, [], 97.7],
    ['a tester at risk 30 who could do everything', evidence(30), 100, [], 40.5],
    ['a takeover by somebody who may do nothing', evidence(97), 5, [], 97.1],
    ['risk 60 of somebody who may do everything', evidence(60), 100, [], 72],
    ['risk 60 of somebody unknown', evidence(60), 50, [], 66],
    ['risk 60 of an exposed key', evidence(60), 50, EXPOSED, 70.8],
    ['what is certain', evidence(100), 100, EXPOSED, 99.9],
    ['what is confirmed, though an opinion lowered the risk', evidence(70, true, 90), 5, [], 90.2],
    ['a blinded responder', evidence(10), 5, [finding('responder-tampered', 'evasion')], 100],
    ['what hardly blinds the responder', evidence(10), 5, [finding('responder-tampered', 'evasion', 0.5)], 10.2],
  ])('of %s', (_, assessment, score, findings, priority) => expect(priorityOf(weighed(assessment, score, findings))).toBe(priority))

  it.each([
    ['a suspicion against what matters most', evidence(60), 50, [], 1, 73.2],
    ['the same against what matters half', evidence(60), 50, [], 0.5, 69.6],
    ['a takeover of what matters most', evidence(97), 50, [], 1, 98.6],
    ['what is certain', evidence(100), 100, EXPOSED, 1, 99.9],
    ['no evidence at all', evidence(0), 100, EXPOSED, 1, 0],
    ['the widest of all at the middle', evidence(50), 100, EXPOSED, 1, 75],
  ])('of %s', (_, assessment, score, findings, raise, priority) =>
    expect(priorityOf(weighed(assessment, score, findings, raise))).toBe(priority),
  )

  it('is never below the evidence, and never falls with more evidence, more reach, exposure, or criticality', () => {
    fc.assert(
      fc.property(tenths, tenths, tenths, tenths, fc.boolean(), raises, (a, b, c, d, isExposed, [raise, higher]) => {
        const [risk, more] = [Math.min(a, b), Math.max(a, b)]
        const [score, wider] = [Math.min(c, d), Math.max(c, d)]
        const found = isExposed ? EXPOSED : []
        const priority = priorityOf(weighed(evidence(risk), score, found, raise))
        expect(priority).toBeGreaterThanOrEqual(Math.min(risk, 99.9))
        expect(priorityOf(weighed(evidence(more), score, found, raise))).toBeGreaterThanOrEqual(priority - 0.2)
        expect(priorityOf(weighed(evidence(risk), wider, found, raise))).toBeGreaterThanOrEqual(priority)
        expect(priorityOf(weighed(evidence(risk), score, EXPOSED, raise))).toBeGreaterThanOrEqual(priority)
        expect(priorityOf(weighed(evidence(risk), score, found, higher))).toBeGreaterThanOrEqual(priority)
        // A certain takeover is behind no suspicion, whatever that is of.
        expect(priorityOf(weighed(evidence(100), 0))).toBeGreaterThanOrEqual(priorityOf(weighed(evidence(more), 100, EXPOSED, 1)))
      }),
    )
  })

  it('is what its parts add up to', () => {
    expect(priorityParts(weighed(evidence(60), 50, EXPOSED, 0.5))).toEqual({ evidence: 60, reach: 6, exposure: 4.8, criticality: 3.6 })
  })
})

describe('the order of work', () => {
  it('has what matters more first where priorities are equal, and is the order of the stored text', () => {
    const ranked = fc.record({
      priority: fc.constantFrom(0, 7.5, 60, 99.9, 100),
      criticality: fc.constantFrom(0, 0.05, 0.5, 1).map((raise) => ({ raise })),
    })
    fc.assert(
      fc.property(ranked, ranked, (a, b) => {
        const [one, other] = [sortablePriority(a), sortablePriority(b)]
        expect(Math.sign(byPriority(a, b))).toBe(one === other ? 0 : one > other ? -1 : 1)
      }),
    )
    expect(['99.9', '100.0'].map((text) => text.padStart(5, '0'))).toEqual([99.9, 100].map((priority) => sortablePriority({ priority })))
  })
})

describe('the priority from which on an incident is urgent', () => {
  it.each([
    [80, 95],
    [40, 85],
    [0, 0],
    [100, 100],
  ])('is read from a policy of version 2 on the scale of now: %i is %i', (urgentPriority, now) =>
    expect(parsePolicy({ version: 2, breaker: { urgentPriority } }).breaker.urgentPriority).toBe(now),
  )

  it('stays what a policy of version 3 says', () =>
    expect(parsePolicy({ version: 3, breaker: { urgentPriority: 80 } }).breaker.urgentPriority).toBe(80))
})
