import type { CallRates } from './call-rate.ts'
import { COUNTED_LIMITS, type CountedKind } from './credential-window.ts'
import { copyTimedSet, emptyTimedSet, type TimedSet } from './timed-set.ts'

/**
 * What all credentials of an identity did lately that is not its habit: whoever has one credential can ask for more sessions, and spread over them
 * what would be noticed by one. Detectors read it beside the window of the one credential.
 */
export interface IdentityWindow {
  /** Actions that were refused, and discovery actions that were new to the identity. */
  readonly denied: TimedSet
  readonly discovered: TimedSet
  /** Distinct items that detectors need the number of, by kind. */
  readonly counted: Map<CountedKind, TimedSet>
  /** Resources that the identity created lately. */
  readonly works: TimedSet
  /** How often in an hour it deletes data, shares it and reads secrets. */
  readonly rates: CallRates
}

/** The most refused actions, and the most discovery actions, that are counted: the highest bar of a detector. */
export const IDENTITY_DISTINCT_LIMIT = 12

/** The most items of each kind. Guesses at a password have one credential, the console's, so there is nothing to add up. */
export const IDENTITY_COUNTED_LIMITS: Readonly<Record<CountedKind, number>> = { ...COUNTED_LIMITS, destroyed: 10, 'failed-sign-in': 0 }

export function emptyIdentityWindow(): IdentityWindow {
  return { denied: emptyTimedSet(), discovered: emptyTimedSet(), counted: new Map(), works: emptyTimedSet(), rates: new Map() }
}

/** A copy that shares no mutable part with the original. */
export function copyIdentityWindow({ denied, discovered, counted, works, rates }: IdentityWindow): IdentityWindow {
  return {
    denied: copyTimedSet(denied),
    discovered: copyTimedSet(discovered),
    counted: new Map([...counted].map(([kind, items]) => [kind, copyTimedSet(items)])),
    works: copyTimedSet(works),
    rates: new Map(rates),
  }
}
