import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../shared/domain/finding.ts'
import { priorityOf, priorityParts } from '../../shared/domain/priority.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'

const evidence = (risk: number, isConfirmed = false, baseRisk = risk) => ({ risk, baseRisk, isConfirmed })
const finding = (detector: string, group: string, weight = 0.9) => ({ detector, group, weight }) as Finding
const EXPOSED = [finding('key-exposed', 'exposure')]
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
  ])('of %s', (_, assessment, score, findings, priority) => expect(priorityOf(assessment, { score }, findings)).toBe(priority))

  it('is never below the evidence, and never falls with more evidence, more reach, or exposure', () => {
    fc.assert(
      fc.property(tenths, tenths, tenths, tenths, (a, b, c, d) => {
        const [risk, more] = [Math.min(a, b), Math.max(a, b)]
        const [score, wider] = [Math.min(c, d), Math.max(c, d)]
        const priority = priorityOf(evidence(risk), { score }, [])
        expect(priority).toBeGreaterThanOrEqual(Math.min(risk, 99.9))
        expect(priorityOf(evidence(more), { score }, [])).toBeGreaterThanOrEqual(priority - 0.1)
        expect(priorityOf(evidence(risk), { score: wider }, [])).toBeGreaterThanOrEqual(priority)
        expect(priorityOf(evidence(risk), { score }, EXPOSED)).toBeGreaterThanOrEqual(priority)
      }),
    )
  })

  it('is what its parts add up to', () => {
    expect(priorityParts(evidence(60), { score: 50 }, EXPOSED)).toEqual({ evidence: 60, reach: 6, exposure: 4.8 })
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
