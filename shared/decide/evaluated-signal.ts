import type { Assessment } from '../domain/assessment.ts'
import type { Baseline } from '../domain/baseline.ts'
import type { BlastRadius } from '../domain/blast-radius.ts'
import type { LanePolicy } from '../domain/breaker-lanes.ts'
import type { Issued } from '../domain/credential-window.ts'
import type { Decision } from '../domain/decision.ts'
import type { ExceptedFinding } from '../domain/excepted.ts'
import type { Finding } from '../domain/finding.ts'
import type { LineageEdge } from '../domain/incident.ts'
import type { NameHistory } from '../domain/name-history.ts'
import type { Rename } from '../domain/rename.ts'
import type { KeptReport } from '../domain/report.ts'
import type { Restriction } from '../domain/restriction.ts'
import type { Signal } from '../domain/signal.ts'
import type { Standing } from '../domain/standing.ts'
import type { UsualUse } from '../domain/story/usual-use.ts'

/** One signal with everything that its evaluation produced. */
export interface EvaluatedSignal {
  readonly incidentId: string
  /** The id of the identity's last incident, as stored. */
  readonly previous: string | undefined
  readonly signal: Signal
  readonly findings: readonly Finding[]
  /** All the evidence against the signal's credential. */
  readonly evidence: readonly Finding[]
  /** What of the signal the policy does not count. */
  readonly excepted: readonly ExceptedFinding[]
  /** All findings of the incident: those that were `known`, merged with the new ones. */
  readonly merged: readonly Finding[]
  readonly known: readonly Finding[]
  readonly assessment: Assessment
  readonly blastRadius: BlastRadius
  /** How much the incident's identity matters, and to whom. */
  readonly standing: Standing
  readonly decision: Decision
  /** True when the evidence against this credential alone calls for containment. */
  readonly isPrimary: boolean
  /** What its identity may go on doing where the decision restricts it; undefined where it does not, or where the session's own evidence does not. */
  readonly restriction: Restriction | undefined
  /** The credentials and identities that this credential issued lately. */
  readonly issued: readonly Issued[]
  /** The names that the incident's own user had, where it had several. */
  readonly names: NameHistory | undefined
  /** How the incident's own user came by the name under which the signal was its call, where that is news. */
  readonly rename: Rename | undefined
  /** Changes of the policy's tags in the incident before, which nobody answered. */
  readonly tags: readonly LineageEdge[]
  /** What parties reported of its credential. */
  readonly reports: readonly KeptReport[]
  /** The incident before, whose release still covers calls, where hearsay opens this one. */
  readonly releasedBefore: string | undefined
  /** Says in which lanes of the breaker the incident has a place. */
  readonly policy: LanePolicy
  /** The open incident of the creator that the signal joined first, where it counts in one of its own as well. */
  readonly apartFrom: string | undefined
  /** The baseline of the identity that called; undefined on the fast path, which reads none. */
  readonly baseline: Baseline | undefined
  /** How the incident's identity was used before, where the incident does not say it yet. */
  readonly usual: UsualUse | undefined
}
