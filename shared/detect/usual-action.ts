import { type Baseline, isMature, isRecentAction } from '../domain/baseline.ts'
import { DISTINCT_LIMIT } from '../domain/credential-window.ts'
import { weightOf } from '../domain/frequency.ts'
import type { Signal } from '../domain/signal.ts'

/** An action is usual from this decayed count on: as many different items as the window of a credential tells apart. */
const USUAL_MIN_COUNT = DISTINCT_LIMIT

/** True where a mature identity does this all day: sixteen times or more lately, and not only in the last 20 hours. */
export function isUsualAction({ action, time }: Pick<Signal, 'action' | 'time'>, baseline: Baseline): boolean {
  return (
    isMature(baseline) && weightOf(baseline.features.action, action, time) >= USUAL_MIN_COUNT && !isRecentAction(baseline, action, time)
  )
}
