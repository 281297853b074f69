import { describe, expect, it } from 'vitest'
import { assessmentOf, numbersOf, withOpinion } from '../../shared/domain/assessment.ts'
import { attempted, attemptWith, isAboutAct, isAttempt } from '../../shared/domain/attempt.ts'
import { UNTUNED } from '../../shared/domain/detector-tuning.ts'
import type { Finding } from '../../shared/domain/finding.ts'
import { FINDING, KEY } from '../contract/samples.ts'
import { opinionOf } from '../embedded.ts'

const KEY_OF_ATTEMPT = attemptWith({ id: KEY, kind: 'access-key' })
const finding = (detector: string, weight: number, parts: Partial<Finding> = {}): Finding => ({
  ...FINDING,
  detector,
  fact: detector,
  weight,
  ...parts,
})
const attempt = (detector: string, weight: number, parts: Partial<Finding> = {}) =>
  finding(detector, weight, { ...parts, credentialId: KEY_OF_ATTEMPT.id })
const detectorsOf = (evidence: Finding[]) => assessmentOf(evidence).contributions.map(({ finding: { detector } }) => detector)

const weighted = (weights: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(weights).map(([id, weight]) => [id, { ...UNTUNED, weight }]))

describe('an assessment', () => {
  it('is confirmed where one finding is, whatever the others say', () => {
    const confirmed = finding('exposed', 0.3, { isConfirmed: true, group: 'exposure' })
    expect(assessmentOf([finding('new-country', 0.5), confirmed]).isConfirmed).toBe(true)
    expect(assessmentOf([confirmed]).isConfirmed).toBe(true)
    expect(assessmentOf([finding('new-country', 0.5)]).isConfirmed).toBe(false)
    expect(assessmentOf([]).isConfirmed).toBe(false)
  })

  it('applies the factors of the policy by detector, never up to certainty, and never to what is confirmed', () => {
    const detectors = weighted({ 'new-country': 0.5, burst: 3, exposed: 0.1 })
    const riskOf = (found: Finding) => assessmentOf([found], { detectors }).risk
    expect(riskOf(finding('new-country', 0.4))).toBe(20)
    expect(riskOf(finding('burst', 0.2))).toBe(60)
    expect(riskOf(finding('burst', 0.9))).toBe(99.9)
    expect(riskOf(finding('other', 0.4))).toBe(40)
    expect(riskOf(finding('exposed', 0.8, { isConfirmed: true }))).toBe(80)
    // Not a factor of the policy: a member that every object has.
    expect(riskOf(finding('constructor', 0.4))).toBe(40)
  })

  it('leaves out a detector that the policy switches off, also where there is no other, and nothing that is confirmed', () => {
    const detectors = { burst: { ...UNTUNED, enabled: false } }
    const sharesOf = (evidence: Finding[]) => assessmentOf(evidence, { detectors }).contributions.map(({ share }) => share)
    expect(sharesOf([finding('burst', 0.4)])).toEqual([])
    expect(sharesOf([finding('burst', 0.4), finding('other', 0.3)])).toEqual([30])
    expect(sharesOf([finding('burst', 0.4, { isConfirmed: true })])).toEqual([40])
  })

  it('names a finding with the factor applied, and all else of it as it was', () => {
    const [contribution] = assessmentOf([finding('burst', 0.2)], { detectors: weighted({ burst: 2 }) }).contributions
    expect(contribution?.finding).toEqual(finding('burst', 0.4))
  })

  it('counts a detector once, by its strongest finding, and of equal ones by the first', () => {
    const evidence = [finding('a', 0.3, { signalId: 'e0' }), finding('a', 0.5, { signalId: 'e1' }), finding('a', 0.5, { signalId: 'e2' })]
    const { risk, contributions } = assessmentOf(evidence)
    expect(risk).toBe(50)
    expect(contributions.map(({ finding: { signalId } }) => signalId)).toEqual(['e1'])
  })

  it('names the strongest first, and equal ones by their detectors, in whichever order they were found', () => {
    const [a, b, c] = [finding('a', 0.2), finding('b', 0.2), finding('c', 0.7)]
    for (const evidence of [
      [a, b, c],
      [b, a, c],
      [c, b, a],
      [b, c, a],
    ])
      expect(detectorsOf(evidence)).toEqual(['c', 'a', 'b'])
  })
})

describe('what was only attempted', () => {
  it('is known by its credential, which leads back to the one that was tried', () => {
    expect(KEY_OF_ATTEMPT).toEqual({ id: `attempt:${KEY}`, kind: 'none' })
    expect(isAttempt(KEY_OF_ATTEMPT.id)).toBe(true)
    expect(attempted(KEY_OF_ATTEMPT.id)).toBe(KEY)
    expect(isAboutAct(attempt('a', 0.2))).toBe(false)
    for (const id of [KEY, `${KEY}attempt:`, `session:attempt:${KEY}`]) {
      expect(isAttempt(id)).toBe(false)
      expect(attempted(id)).toBe(id)
    }
  })

  it('never takes the place of what was done, and several attempts count each', () => {
    const evidence = [attempt('a', 0.5), finding('a', 0.3), attempt('b', 0.4, { axis: 'what', group: 'discovery' })]
    expect(detectorsOf(evidence)).toEqual(['a', 'b', 'a'])
  })

  it('is no part of the risk of what was done', () => {
    const done = finding('a', 0.3)
    const both = assessmentOf([done, attempt('b', 0.9, { axis: 'what', group: 'discovery' })])
    expect(both.baseRisk).toBe(93)
    expect(numbersOf(both, isAboutAct).baseRisk).toBe(30)
    expect(numbersOf(assessmentOf([done]), isAboutAct).baseRisk).toBe(30)
    expect(numbersOf(assessmentOf([attempt('b', 0.9)]), isAboutAct).baseRisk).toBe(0)
  })
})

describe('an opinion', () => {
  const base = assessmentOf([finding('a', 0.2), finding('b', 0.5, { axis: 'what', group: 'discovery' })])
  const riskAfter = (likelihood: number, maxShift: number) => withOpinion(base, opinionOf(likelihood), maxShift)

  it.each([
    ['raises the risk by as much as the policy allows', 100, 15, 75, 15],
    ['raises it to its own number where that is nearer', 68, 15, 68, 8],
    ['lowers it by as much as the policy allows', 0, 6, 54, -6],
    ['lowers it to its own number where that is nearer', 57, 15, 57, -3],
    ['never lowers it below the strongest single finding', 0, 50, 50, -10],
    ['never raises it above 100', 100, 60, 100, 40],
    ['changes nothing where it agrees', 60, 15, 60, 0],
  ])('%s', (_, likelihood, maxShift, risk, shift) => {
    expect(base).toMatchObject({ baseRisk: 60, floor: 50 })
    expect(riskAfter(likelihood, maxShift)).toMatchObject({ risk, baseRisk: 60, opinion: { kind: 'answered', shift } })
  })

  it('does not raise the risk of a single finding that is certain, though the floor is above it', () => {
    const certain = assessmentOf([finding('a', 1)])
    expect(certain).toMatchObject({ baseRisk: 99.9, floor: 100 })
    expect(withOpinion(certain, opinionOf(0), 15).risk).toBe(99.9)
  })
})
