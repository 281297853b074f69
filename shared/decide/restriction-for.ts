import { type Baseline, emptyBaseline } from '../domain/baseline.ts'
import { isAbout } from '../domain/created-principal.ts'
import { type Decision, isStronger } from '../domain/decision.ts'
import type { Finding } from '../domain/finding.ts'
import type { Incident } from '../domain/incident.ts'
import { type Restriction, SessionName } from '../domain/restriction.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import type { RespondPorts } from '../ports/respond.ts'
import { restrictionOf } from './restriction-of.ts'

/**
 * What an identity may go on doing where the decision restricts it. Once sessions of a role are restricted, another one is for evidence of its own alone. Of what
 * a created user does, the habit of its creator is not known here.
 */
export function restrictionFor(signal: Signal, about: RestrictionCase): Restriction | undefined {
  const { decision, alone, identity, known, merged: evidence } = about
  // Also where a bound keeps it from being set: a person, and a replay, see what would be. A mode may hold a containment back to it.
  if (decision.would !== 'restrict' && decision.action !== 'restrict') return undefined
  const isOwn = known === undefined || isAbout(known, signal.identity)
  if (identity.kind === 'role' && known?.restriction !== undefined && !(isOwn && isStronger(alone, 'ask'))) return undefined
  const baseline = isOwn ? about.baseline : emptyBaseline()
  const isRole = identity.kind === 'role'
  const name = isRole && isOwn ? SessionName.safeParse(signal.credential.sessionName).data : undefined
  const isWholeSeen = (about.delivery?.reads ?? true) && (!isRole || (about.delivery?.sessions ?? true))
  const sessions = name === undefined ? [] : [name]
  return restrictionOf({ baseline, evidence, at: signal.time, sessions, isFenced: about.isFenced, isWholeSeen })
}

/** What is known where a signal's decision is made. */
interface RestrictionCase {
  readonly decision: Decision
  /** What the evidence against the signal's credential alone calls for. */
  readonly alone: Decision['would']
  readonly identity: Identity
  readonly known: Incident | undefined
  readonly merged: readonly Finding[]
  readonly baseline: Baseline
  readonly isFenced: boolean
  readonly delivery: RespondPorts['delivery']
}
