import { isInPlace } from '../detect/familiar.ts'
import type { Familiarity } from '../domain/assessment.ts'
import { type Baseline, isMature } from '../domain/baseline.ts'
import type { Signal } from '../domain/signal.ts'

/** What is known of the owner's habits at a signal. */
export function familiarityOf(signal: Signal, baseline: Baseline): Familiarity {
  if (isMature(baseline)) return 'known'
  return isInPlace(signal) ? 'vouched' : 'unknown'
}
