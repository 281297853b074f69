import { type Baseline, isMature, isRecentAction } from '../domain/baseline.ts'
import { weightOf } from '../domain/frequency.ts'
import type { Signal } from '../domain/signal.ts'

/** An action is a habit from this decayed count on. */
const HABIT_MIN_COUNT = 2

/** True where a mature identity has done this twice or more, and not only in the last 20 hours. */
export function isHabit({ action, time }: Pick<Signal, 'action' | 'time'>, baseline: Baseline): boolean {
  return (
    isMature(baseline) && weightOf(baseline.features.action, action, time) >= HABIT_MIN_COUNT && !isRecentAction(baseline, action, time)
  )
}
