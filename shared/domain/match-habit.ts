import { type Baseline, FEATURE_LIMITS, isMature, PROBATION_MS } from './baseline.ts'
import { count, weightOf } from './frequency.ts'

/** A match of a detector that looks at named calls: which detector, which call, and what it weighs by itself, 0 to 1. */
export interface HabitualMatch {
  readonly detector: string
  readonly action: string
  readonly weight: number
}

/** A match is a habit from this decayed count of days on: on the fourth day where it comes daily. */
const HABIT_MIN_COUNT = 2

/**
 * True where the same detector matched the same action of a mature identity on some days before, at least as strongly. The use of a call alone makes
 * no habit: whoever attaches a policy for reading each day does not attach one for everything by habit.
 */
export function isMatchHabit(baseline: Baseline, match: HabitualMatch, at: number): boolean {
  if (!isMature(baseline)) return false
  const { habit } = baseline.features
  return habit.values.some((value) => covers(value, match) && weightOf(habit, value, at) >= HABIT_MIN_COUNT)
}

/** Learns a match, at most once in 20 hours however often it comes, so that a burst cannot make itself a habit. */
export function learnMatch({ features: { habit } }: Baseline, match: HabitualMatch, at: number): void {
  const value = textOf(match)
  const row = habit.values.indexOf(value)
  if (row >= 0 && at - (habit.lasts[row] as number) < PROBATION_MS) return
  count(habit, value, { at, limit: FEATURE_LIMITS.habit })
}

/** One match as text, such as `0.6 admin-policy-granted iam:AttachUserPolicy`. */
function textOf({ detector, action, weight }: HabitualMatch): string {
  return `${Math.round(weight * 100) / 100} ${detector} ${action}`
}

function covers(value: string, { detector, action, weight }: HabitualMatch): boolean {
  return value.endsWith(` ${detector} ${action}`) && Number.parseFloat(value) >= Math.round(weight * 100) / 100
}
