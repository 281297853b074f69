import { describe, expect, it } from 'vitest'
import { emptyBaseline } from '../../shared/domain/baseline.ts'
import { weightOf } from '../../shared/domain/frequency.ts'
import { learnMatch } from '../../shared/domain/match-habit.ts'

const HOUR = 3_600_000

describe('a match that is learned as a habit', () => {
  const match = { detector: 'admin-policy-granted', action: 'iam:AttachUserPolicy', weight: 0.6 }

  it('counts at most once in twenty hours, each kind by itself', () => {
    const baseline = emptyBaseline()
    const { habit } = baseline.features
    const weight = () => Math.round(weightOf(habit, '0.6 admin-policy-granted iam:AttachUserPolicy', 20 * HOUR) * 10) / 10
    learnMatch(baseline, match, 0)
    const once = weight()
    learnMatch(baseline, match, 20 * HOUR - 1)
    expect(weight()).toBe(once)
    learnMatch(baseline, match, 20 * HOUR)
    expect(weight()).toBeGreaterThan(once)
    learnMatch(baseline, { ...match, action: 'iam:PutUserPolicy' }, 20 * HOUR)
    expect(habit.values).toHaveLength(2)
  })
})
