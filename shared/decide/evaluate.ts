import { detectConfirmed } from '../detect/detect.ts'
import type { Folded } from '../detect/fold.ts'
import { type Assessment, assessmentOf } from '../domain/assessment.ts'
import { type Baseline, emptyBaseline } from '../domain/baseline.ts'
import { type BlastRadius, blastRadiusOf, observedBlastRadius } from '../domain/blast-radius.ts'
import { type Bounds, boundsFor, needsTags } from '../domain/bounds.ts'
import type { Issued } from '../domain/credential-window.ts'
import type { Decision } from '../domain/decision.ts'
import type { Finding } from '../domain/finding.ts'
import type { IdentityState } from '../domain/identity-state.ts'
import { type Incident, incidentId, isClosed } from '../domain/incident.ts'
import type { Policy } from '../domain/policy.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import { ResponderError } from '../errors.ts'
import type { RespondPorts } from '../ports/respond.ts'
import type { Versioned } from '../ports/stores.ts'
import { sendOwedNotice } from '../record/notice.ts'
import { assess } from './advise/assess.ts'
import { correlate, mergeFindings } from './correlate.ts'
import { decide } from './decide.ts'
import type { UnitOfWork } from './unit-of-work.ts'
import { createIncident, type Upserted, upsertIncident } from './upsert-incident.ts'

/** What became of a signal that speaks against its credential. */
export interface Evaluation {
  readonly signal: Signal
  readonly findings: readonly Finding[]
  readonly assessment: Assessment
  readonly incidentId: string | undefined
  readonly decision: Decision | undefined
}

/** What a batch is judged with. `called` holds what contain was called for in this batch, as `incident@version`. */
export interface EvaluationContext {
  readonly unitOfWork: UnitOfWork
  readonly policy: Policy
  readonly ports: RespondPorts
  readonly called: Set<string>
}

/** How many closed incidents of an identity are stepped over to find where the next one comes. */
const CLOSED_LIMIT = 50

/** Judges what the fold says of one signal: assess → correlate → decide → record → contain or notify. */
export async function evaluate(folded: Folded, context: EvaluationContext): Promise<Evaluation> {
  const { signal, findings, evidence } = folded
  const own = assessmentOf(evidence, context.policy.weights)
  const withoutIncident = { signal, findings, assessment: own, incidentId: undefined, decision: undefined }
  // What a suspect makes belongs to its incident, also where the call that makes it is an ordinary one.
  if (findings.length === 0 && signal.created === undefined) return withoutIncident
  let last = await lastFor(folded, context.unitOfWork)
  for (let turn = 0; turn < CLOSED_LIMIT; turn++) {
    const correlation = correlate(signal, evidence, last?.value)
    if (correlation.kind === 'held') return { ...withoutIncident, incidentId: correlation.id }
    const known = correlation.kind === 'existing' ? last : undefined
    const upserted = await evaluateIn(folded, { incidentId: correlation.id, known, own }, context)
    if (!('kind' in upserted)) return upserted
    // People closed it meanwhile: what is new comes after that one.
    last = upserted.stored
  }
  throw new ResponderError(
    'incident.conflict',
    `${CLOSED_LIMIT} closed incidents in a row on ${signal.identity.id}: deliver the event again`,
  )
}

/** Judges a signal as part of one incident, known or new. Answers the incident where it is closed. */
async function evaluateIn(
  { signal, findings, evidence }: Folded,
  { incidentId: id, known, own }: { incidentId: string; known: Versioned<Incident> | undefined; own: Assessment },
  context: EvaluationContext,
): Promise<Evaluation | Upserted> {
  const { unitOfWork, policy, ports } = context
  const before = known?.value.findings ?? []
  const merged = mergeFindings(before, evidence)
  const { draft } = unitOfWork.stateOf(signal.identity.id)
  const identity = known?.value.identity ?? signal.identity
  const blastRadius = await radiusOf(known?.value, identity, { baseline: draft.baseline, signal, ports })
  const about = { incidentId: id, signal, baseline: draft.baseline, blastRadius, evidence: merged, known: known?.value.assessment }
  const assessment = await assess(about, policy, ports)
  const bounds = await boundsOn(identity, context)
  const decision = decide(assessment, identity, bounds, ports.account)
  if (decision.would === 'observe' && known === undefined) return { signal, findings, assessment, incidentId: undefined, decision }
  const isPrimary = decide(own, identity, bounds).would === 'contain'
  const previous = unitOfWork.lastIncidentIdOf(signal.identity.id)
  const judged = {
    incidentId: id,
    previous,
    signal,
    findings,
    merged,
    known: before,
    assessment,
    blastRadius,
    decision,
    isPrimary,
    issued: issuedBy(draft, signal),
  }
  const raised = await upsertIncident(judged, known, ports)
  if (raised.kind === 'closed') return raised
  unitOfWork.keepIncident(raised.stored)
  unitOfWork.keepIncident(await actOn(raised.stored, context))
  return { signal, findings, assessment, incidentId: id, decision: raised.stored.value.decision }
}

/** A report that names no key speaks against all that the user has. */
function issuedBy({ windows }: IdentityState, { credential }: Signal): readonly Issued[] {
  if (credential.kind === 'none') return [...windows.values()].flatMap(({ issued }) => issued)
  return windows.get(credential.id)?.issued ?? []
}

/**
 * The incident that a signal may belong to: that in which its credential was made, else the identity's own last one. An
 * incident of somebody else counts for an identity only where that one made it.
 */
async function lastFor({ signal, parentIncidentId }: Folded, unitOfWork: UnitOfWork): Promise<Versioned<Incident> | undefined> {
  const source = parentIncidentId ?? unitOfWork.parentIncidentOf(signal.credential.id)
  const made = source === undefined ? undefined : await unitOfWork.incident(source)
  if (made !== undefined && !isClosed(made.value)) return made
  const last = await unitOfWork.lastIncident(signal.identity.id)
  const { identity } = signal
  const isItsOwn = (incident: Incident) =>
    incident.identity.id === identity.id || incident.lineage.some(({ kind, owner }) => kind === 'user' && owner === identity.name)
  return last !== undefined && isItsOwn(last.value) ? last : undefined
}

/**
 * The confirmed lane: a party that knows says that the credential is out, so nothing is read but the policy and nobody
 * is asked. Where the identity has had an incident before, the signal goes the way of all others.
 */
export async function fastPath(signal: Signal, context: Omit<EvaluationContext, 'unitOfWork'>): Promise<void> {
  const findings = detectConfirmed(signal)
  if (findings.length === 0) return
  try {
    await openConfirmed(signal, findings, context)
  } catch (cause) {
    // The slower way that follows meets the signal again, and has it delivered again where that fails too.
    context.ports.log.warn('respond.express.failed', {
      identity: signal.identity.id,
      error: cause instanceof Error ? cause.name : 'unknown',
    })
  }
}

async function openConfirmed(signal: Signal, findings: readonly Finding[], context: Omit<EvaluationContext, 'unitOfWork'>): Promise<void> {
  const assessment = assessmentOf(findings)
  const decision = decide(assessment, signal.identity, await boundsOn(signal.identity, context), context.ports.account)
  const blastRadius = observedBlastRadius(emptyBaseline())
  const id = incidentId(signal.identity.id, undefined)
  const judged = {
    incidentId: id,
    previous: undefined,
    signal,
    findings,
    merged: findings,
    known: [],
    assessment,
    blastRadius,
    decision,
    isPrimary: true,
    issued: [],
  }
  const raised = await createIncident(judged, context.ports)
  if (raised !== undefined) await actOn(raised.stored, context)
}

async function boundsOn(identity: Identity, { policy, ports }: Omit<EvaluationContext, 'unitOfWork'>): Promise<Bounds> {
  const tags = needsTags(policy) ? (await ports.iam.describe(identity))?.tags : {}
  return boundsFor(policy, identity.id, tags, ports.clock.now())
}

/** By its policies where they are known; else by what it was seen to do, which only grows. */
async function radiusOf(
  incident: Incident | undefined,
  identity: Identity,
  { baseline, signal, ports }: { baseline: Baseline; signal: Signal; ports: RespondPorts },
): Promise<BlastRadius> {
  const before = incident?.blastRadius
  if (before?.basis === 'policies') return before
  const grants = before?.basis === 'observed' ? undefined : await ports.iam.grantsOf(identity)
  if (grants !== undefined) return blastRadiusOf(grants)
  const observed = observedBlastRadius(baseline, signal.kind === 'api-call' && signal.outcome === 'success' ? signal.action : undefined)
  return before?.basis === 'observed' && before.score >= observed.score ? before : observed
}

/** Calls contain, again where an earlier batch broke off before its call; tells people what they were not told yet. */
async function actOn(stored: Versioned<Incident>, { ports, called }: Omit<EvaluationContext, 'unitOfWork'>): Promise<Versioned<Incident>> {
  if (stored.value.state !== 'containing') return sendOwedNotice(stored, ports)
  const key = `${stored.value.id}@${stored.version}`
  if (called.has(key)) return stored
  await ports.containInvoker.contain(stored.value.id)
  // Only now: a call that failed has to be made again by the way that follows, or by the next delivery.
  called.add(key)
  return stored
}
