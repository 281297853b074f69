import { describe, expect, it } from 'vitest'
import { decide } from '../../shared/decide/decide.ts'
import { calledFor, isFenced } from '../../shared/decide/evidence-table.ts'
import { type Action, isStronger } from '../../shared/domain/action.ts'
import { type Assessment, assessmentOf, type Familiarity, withOpinion } from '../../shared/domain/assessment.ts'
import { boundsFor } from '../../shared/domain/bounds.ts'
import type { Finding } from '../../shared/domain/finding.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { arnOf, NOW, opinionOf } from '../embedded.ts'

const boundsOf = (policy: object = {}) => boundsFor(parsePolicy({ version: 3, mode: 'contain', ...policy }), arnOf('ci-build'), {}, NOW)
const BOUNDS = boundsOf()

/** An assessment by its numbers: what decides. The risk is far above every threshold where nothing else is said. */
function assessed(parts: Partial<Assessment>): Assessment {
  const { baseRisk = 99, compromise = 0 } = parts
  return {
    risk: baseRisk,
    baseRisk,
    compromise,
    unchosen: compromise,
    harm: 0,
    lasting: 0,
    familiarity: 'known',
    floor: 0,
    isConfirmed: false,
    contributions: [],
    opinion: undefined,
    ...parts,
  }
}

const CONFIRMED: Finding = {
  detector: 'access-key-exposed',
  title: 'exposed',
  weight: 0.99,
  axis: 'who',
  group: 'exposure',
  fact: 'exposed',
  technique: 'T1552',
  isConfirmed: true,
  reason: 'AWS Health says so',
  signalId: 's',
  credentialId: 'k',
  time: NOW,
  reportedBy: 'aws-health',
}

const actionFor = (parts: Partial<Assessment>, bounds = BOUNDS) => calledFor(assessed(parts), bounds).action

describe('which evidence leads to which action, by the default table', () => {
  it.each<readonly [what: string, parts: Partial<Assessment>, action: Action]>([
    ['a suspect who does harm is contained', { compromise: 60, harm: 60 }, 'contain'],
    ['a suspect who does less is restricted', { compromise: 60, harm: 59.9, familiarity: 'unknown' }, 'restrict'],
    ['whoever is less than a suspect, and does harm, is restricted', { compromise: 59.9, harm: 100, familiarity: 'unknown' }, 'restrict'],
    ['a suspect by the tool alone, which the caller chooses, is no suspect', { compromise: 60, unchosen: 24.9, harm: 0 }, 'ask'],
    ['the tool and as much of a place are a suspect', { compromise: 60, unchosen: 25, harm: 60 }, 'contain'],
    ['the tool beside harm is unlike the owner', { compromise: 60, unchosen: 0, harm: 60 }, 'restrict'],
    ['a suspect is contained from the risk of the policy on', { compromise: 60, harm: 60, baseRisk: 85 }, 'contain'],
    ['below it, a suspect is restricted', { compromise: 60, harm: 60, baseRisk: 84.9 }, 'restrict'],
    ['an unusual caller who does harm is restricted', { compromise: 25, harm: 45, familiarity: 'unknown' }, 'restrict'],
    ['with less harm, people are asked about it', { compromise: 25, harm: 44.9, familiarity: 'unknown' }, 'ask'],
    ['without a sign of somebody else, harm alone asks', { compromise: 24.9, harm: 100, familiarity: 'unknown' }, 'ask'],
    ['an unusual place of a known owner restricts by itself', { compromise: 25, baseRisk: 25 }, 'restrict'],
    ['below the risk of a restriction it does not', { compromise: 25, baseRisk: 24.9 }, 'observe'],
    ['a less unusual place of a known owner is told', { compromise: 24.9 }, 'notify'],
    ['an unusual place of an unknown owner asks', { compromise: 25, familiarity: 'unknown', baseRisk: 55 }, 'ask'],
    ['what nobody can take back restricts a known owner', { harm: 70, lasting: 70 }, 'restrict'],
    ['what is less lasting is told', { harm: 100, lasting: 69.9 }, 'notify'],
    ['what nobody can take back asks about an unknown owner', { harm: 100, lasting: 100, familiarity: 'unknown' }, 'ask'],
    ['harm by a known owner is told, whatever the risk', { harm: 100 }, 'notify'],
    ['harm of a credential that does not leak asks from its own risk on', { harm: 80, familiarity: 'vouched', baseRisk: 80 }, 'ask'],
    ['below it, it is told', { harm: 79.9, familiarity: 'vouched', baseRisk: 79.9 }, 'notify'],
    ['with a sign of somebody else it asks as that of any other', { compromise: 25, familiarity: 'vouched', baseRisk: 55 }, 'ask'],
    ['harm by an unknown owner asks from the risk of the policy on', { harm: 55, familiarity: 'unknown', baseRisk: 55 }, 'ask'],
    ['below it, it is told too', { harm: 54.9, familiarity: 'unknown', baseRisk: 54.9 }, 'notify'],
    ['a small risk is observed', { harm: 24.9, familiarity: 'unknown', baseRisk: 24.9 }, 'observe'],
    ['what AWS confirms is contained', { contributions: [{ finding: CONFIRMED, share: 0 }], baseRisk: 0 }, 'contain'],
  ])('%s', (_, parts, action) => {
    expect(actionFor(parts)).toBe(action)
  })

  it.each<readonly [parts: Partial<Assessment>, why: string]>([
    [
      { compromise: 60, harm: 61 },
      'risk 99 reaches contain 85; who and what: compromise 60 reaches 60, harm 61 reaches 60: this is likely not the owner, and does harm',
    ],
    [
      { compromise: 60, harm: 61, baseRisk: 84 },
      'risk 84 below contain 85; who and what: compromise 60 reaches 60, harm 61 reaches 60: this is likely not the owner',
    ],
    [{ compromise: 65, harm: 10 }, 'risk 99; who alone: compromise 65 reaches 60: this is likely not the owner'],
    [{ compromise: 30, harm: 50 }, 'risk 99; both: compromise 30 reaches 25, harm 50 reaches 45: this is unlike the owner, and does harm'],
    [{ compromise: 25, baseRisk: 25 }, 'risk 25; who alone: compromise 25 reaches 25: this is unlike the known habit of the owner'],
    [
      { compromise: 40, unchosen: 26 },
      'risk 99; who alone: compromise 26 without its tool reaches 25: this is unlike the known habit of the owner',
    ],
    [{ harm: 90, lasting: 75 }, 'risk 99; what alone: one act of 75 reaches 70: nobody can take this back, and the owner does not do it'],
    [{ harm: 99, familiarity: 'unknown' }, 'risk 99 reaches ask 55 by an owner of whom little is known; compromise 0, harm 99'],
    [{ harm: 99 }, 'risk 99 reaches notify 25 by an owner whose habits are known; compromise 0, harm 99'],
  ])('names the row that brought the action, and the numbers that reach it: %o', (parts, why) => {
    expect(calledFor(assessed(parts), BOUNDS).why).toBe(why)
  })

  it('names what does not count for a restriction, and the risk with it, and says nothing where all counts or people are only asked', () => {
    const found = (detector: string, parts: Partial<Finding> = {}): Finding => {
      const { reportedBy: _, ...rest } = CONFIRMED
      return { ...rest, detector, fact: detector, weight: 0.65, isConfirmed: false, ...parts }
    }
    const calls = found('caller-identity-from-new-place', { group: 'initial-access' } as never)
    const ticket = found('secret-disclosed', { reportedBy: 'jira' })
    const both = calledFor(assessmentOf([calls, ticket]), BOUNDS)
    expect([both.action, both.why]).toEqual(['restrict', 'risk 65; who alone: compromise 65 reaches 60: this is likely not the owner'])
    expect(both.uncounted).toBe('counted without secret-disclosed, with which the risk is 87.8')
    expect(calledFor(assessmentOf([calls]), BOUNDS)).not.toHaveProperty('uncounted')
    expect(calledFor(assessmentOf([ticket]), BOUNDS)).toEqual(expect.not.objectContaining({ uncounted: expect.anything() }))
    const why = decide(
      assessmentOf([calls, ticket]),
      { id: arnOf('ci-build'), kind: 'iam-user', name: 'ci-build', account: '123456789012' },
      BOUNDS,
    ).why
    expect(why).toEqual([both.why, both.uncounted])
  })

  it('a tier may ask about a credential that does not leak only from a higher risk on', () => {
    const bounds = boundsOf({ thresholds: { notify: 25, ask: 90, restrict: 25, contain: 95 } })
    expect(actionFor({ harm: 89, familiarity: 'vouched', baseRisk: 89 }, bounds)).toBe('notify')
    expect(actionFor({ harm: 90, familiarity: 'vouched', baseRisk: 90 }, bounds)).toBe('ask')
  })
})

describe('a policy in which restrict is contain', () => {
  const bounds = boundsOf({ thresholds: { notify: 25, ask: 55, restrict: 85, contain: 85 } })
  const numbers = [0, 24.9, 25, 45, 59.9, 60, 75, 100]
  const familiarities: readonly Familiarity[] = ['known', 'vouched', 'unknown']

  it('restricts nothing, whatever the evidence, with an opinion and without', () => {
    for (const familiarity of familiarities)
      for (const compromise of numbers)
        for (const harm of numbers)
          for (const baseRisk of [30, 60, 84.9, 85, 100])
            for (const likelihood of [undefined, 0, 100]) {
              const bare = assessed({ familiarity, compromise, harm, lasting: harm, baseRisk })
              const whole = likelihood === undefined ? bare : withOpinion(bare, opinionOf(likelihood), 30)
              expect(calledFor(whole, bounds).action).not.toBe('restrict')
            }
  })

  it('asks about the suspect whom it would restrict, and contains the one who does harm', () => {
    expect(actionFor({ compromise: 60, harm: 0 }, bounds)).toBe('ask')
    expect(actionFor({ compromise: 60, harm: 60 }, bounds)).toBe('contain')
  })
})

describe('the opinion of an advisor', () => {
  const called = (parts: Partial<Assessment>, likelihood: number, bounds = BOUNDS) =>
    calledFor(withOpinion(assessed(parts), opinionOf(likelihood), 15), bounds)
  const unknown = { familiarity: 'unknown' } as const

  it('brings about a notice, a question and a restriction', () => {
    const observed = { ...unknown, harm: 20, baseRisk: 20 }
    const told = { ...unknown, harm: 50, baseRisk: 50 }
    const asked = { ...unknown, compromise: 50, harm: 40, baseRisk: 70 }
    expect([observed, told, asked].map((parts) => actionFor(parts))).toEqual(['observe', 'notify', 'ask'])
    expect([observed, told, asked].map((parts) => called(parts, 100).action)).toEqual(['notify', 'ask', 'restrict'])
    expect(called(told, 100).why).toContain("with the advisor's 15 points")
  })

  it('brings about no containment: at most it restricts', () => {
    expect(called({ ...unknown, compromise: 58, harm: 58, baseRisk: 84 }, 100).action).toBe('restrict')
    expect(called({ compromise: 59, harm: 99 }, 100).action).toBe('restrict')
  })

  it('holds a containment back to a restriction, and no further', () => {
    const contained = { compromise: 61, harm: 61, baseRisk: 86 }
    expect([actionFor(contained), called(contained, 0).action]).toEqual(['contain', 'restrict'])
    expect(called(contained, 0).why).toContain('the advisor holds it back to restrict')
    // Far from the borders its points are too few.
    expect(called({ compromise: 90, harm: 90, baseRisk: 100 }, 0).action).toBe('contain')
  })

  it('takes back neither a question, a restriction nor what is confirmed', () => {
    for (const parts of [
      { ...unknown, harm: 55, baseRisk: 55 },
      { ...unknown, compromise: 25, harm: 45, baseRisk: 58 },
      { compromise: 25, baseRisk: 25 },
      { harm: 75, lasting: 75, baseRisk: 75 },
      { contributions: [{ finding: CONFIRMED, share: 0 }] },
    ])
      expect(isStronger(actionFor(parts), called(parts, 0).action), JSON.stringify(parts)).toBe(false)
  })

  it('makes no evidence of who where there is none', () => {
    for (const harm of [0, 30, 60, 100])
      for (const baseRisk of [30, 60, 85, 99]) expect(called({ ...unknown, harm, baseRisk }, 100).action).not.toMatch(/restrict|contain/)
  })
})

describe('what only was attempted', () => {
  const finding = (weight: number, credentialId: string): Finding => ({
    detector: 'new-country',
    title: 't',
    weight,
    axis: 'who',
    group: 'origin',
    fact: 'place',
    technique: 'T1078',
    isConfirmed: false,
    reason: 'r',
    signalId: 's',
    credentialId,
    time: NOW,
  })

  it('asks at most, whatever its numbers', () => {
    const contributions = [{ finding: finding(0.99, 'attempt:AKIAIOSFODNN7EXAMPLE'), share: 99 }]
    for (const familiarity of ['known', 'vouched', 'unknown'] as const)
      expect(actionFor({ compromise: 99, harm: 99, lasting: 99, familiarity, contributions })).toBe('ask')
  })
})

describe('a restriction denies calls from outside the usual places', () => {
  const fenced = (parts: Partial<Assessment>) => isFenced(assessed(parts), boundsOf({ evidence: { fenceFrom: 45 } }))

  it.each<readonly [what: string, parts: Partial<Assessment>, isDenied: boolean]>([
    ['two signs of an unusual place', { compromise: 45 }, true],
    ['one sign of it, and nothing else', { compromise: 44.9, harm: 44.9 }, false],
    ['one sign of it beside harm', { compromise: 25, harm: 45 }, true],
    ['a tool alone, which has no place', { compromise: 100, unchosen: 24.9, harm: 100 }, false],
    ['harm from the usual place', { compromise: 0, harm: 100, lasting: 100 }, false],
  ])('%s', (_, parts, isDenied) => {
    expect(fenced(parts)).toBe(isDenied)
  })

  it('from one sign on by default, where that restricts', () => {
    expect([24.9, 25].map((compromise) => isFenced(assessed({ compromise }), BOUNDS))).toEqual([false, true])
  })
})
