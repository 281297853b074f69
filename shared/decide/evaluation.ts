import type { Assessment } from '../domain/assessment.ts'
import type { Decision } from '../domain/decision.ts'
import type { ExceptedFinding } from '../domain/excepted.ts'
import type { Finding } from '../domain/finding.ts'
import type { Incident } from '../domain/incident.ts'
import type { Policy } from '../domain/policy.ts'
import type { Signal } from '../domain/signal.ts'
import type { RespondPorts } from '../ports/respond.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/**
 * The outcome of one signal that has findings. `incidentId` and `decision` are undefined when no incident was opened. `incident`: the incident as this signal left it;
 * absent where the signal added nothing to one.
 */
export interface Evaluation {
  readonly signal: Signal
  readonly findings: readonly Finding[]
  readonly assessment: Assessment
  readonly incidentId: string | undefined
  readonly decision: Decision | undefined
  readonly incident?: Incident
  /** What of the signal the policy does not count; absent where there is nothing of that. */
  readonly excepted?: readonly ExceptedFinding[]
}

/** What a batch is evaluated with. `invoked` lists the incidents that contain was invoked for in this batch, as `incidentId@version`. */
export interface EvaluationContext {
  readonly unitOfWork: UnitOfWork
  readonly policy: Policy
  readonly ports: RespondPorts
  readonly invoked: Set<string>
}
