import type { Incident, IncidentSignal } from '../../domain/incident.ts'
import { callsOf } from '../../domain/story/calls-text.ts'
import { callsIn } from '../../domain/timeline.ts'

/** The calls of incidents, by what came of them. */
export interface CallTotals {
  /** With findings. */
  readonly succeeded: number
  /** Since something was done. */
  readonly refusedSince: number
  /** Of these, from where the identity usually calls from. */
  readonly refusedAtHome: number
}

export const NO_CALLS: CallTotals = { succeeded: 0, refusedSince: 0, refusedAtHome: 0 }

/** Adds the calls of one incident, as its story counts them. */
export function withCalls(totals: CallTotals, incident: Incident, signals: readonly IncidentSignal[]): CallTotals {
  const { succeeded, refusedSince, refusedAtHome } = callsOf(incident, signals)
  return {
    succeeded: totals.succeeded + callsIn(succeeded),
    refusedSince: totals.refusedSince + callsIn(refusedSince),
    refusedAtHome: totals.refusedAtHome + callsIn(refusedAtHome),
  }
}
