import { isInPlace } from '../detect/familiar.ts'
import type { Familiarity } from '../domain/assessment.ts'
import { type Baseline, isMature, isNew } from '../domain/baseline.ts'
import type { Signal } from '../domain/signal.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** What is known of a caller: its own habits, and of a person of Identity Center those of all people who have its permission set. */
export interface KnownHabits {
  readonly baseline: Baseline
  readonly group: Baseline | undefined
}

/** What is known of the owner's habits at a signal. */
export function familiarityOf(signal: Signal, { baseline, group }: KnownHabits): Familiarity {
  if (isMature(baseline) || (group !== undefined && isMature(group) && isAmong(group, signal))) return 'known'
  return isInPlace(signal) ? 'vouched' : 'unknown'
}

/** What is known at a signal of a batch, whose identity's state was read. */
export function familiarityIn(unitOfWork: Pick<UnitOfWork, 'peekState' | 'groupOf'>, signal: Signal): Familiarity {
  return familiarityOf(signal, { baseline: unitOfWork.peekState(signal.identity.id).baseline, group: unitOfWork.groupOf(signal.identity) })
}

/** True for a person who is new, in a place and with a tool of the others. */
function isAmong(group: Baseline, { origin: { country, network, agentFamily } }: Signal): boolean {
  if (country === undefined || network === undefined) return false
  return !isNew(group, 'country', country) && !isNew(group, 'network', network) && !isNew(group, 'agentFamily', agentFamily)
}
