import { type Assessment, assessmentOf } from '../domain/assessment.ts'
import { type Baseline, emptyBaseline } from '../domain/baseline.ts'
import { type BlastRadius, blastRadiusOf, observedBlastRadius } from '../domain/blast-radius.ts'
import type { Decision } from '../domain/decision.ts'
import type { Finding } from '../domain/finding.ts'
import { type Incident, incidentId } from '../domain/incident.ts'
import { boundsFor, needsTags, type Policy } from '../domain/policy.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import type { RespondPorts } from '../ports.ts'
import { assess } from './assess.ts'
import { correlate, mergeFindings } from './correlate.ts'
import { decide } from './decide.ts'
import type { Desk } from './desk.ts'
import { detectConfirmed } from './detect/detect.ts'
import type { Folded } from './detect/fold.ts'
import { notify } from './notify.ts'
import { open, type Raised, raise } from './raise.ts'

/** What became of a signal that speaks against its credential. */
export interface Outcome {
  readonly signal: Signal
  readonly findings: readonly Finding[]
  readonly assessment: Assessment
  readonly incidentId: string | undefined
  readonly decision: Decision | undefined
}

/** What a batch is judged with. `called` holds what contain was called for in this batch, as `incident@version`. */
export interface Bench {
  readonly desk: Desk
  readonly policy: Policy
  readonly ports: RespondPorts
  readonly called: Set<string>
}

/** Judges what the fold says of one signal: assess → correlate → decide → record → contain or notify. */
export async function judge({ signal, findings, evidence }: Folded, bench: Bench): Promise<Outcome> {
  const { desk, policy, ports } = bench
  // What a suspect makes belongs to its incident, also where the call that makes it is an ordinary one.
  if (findings.length === 0 && signal.created === undefined)
    return { signal, findings, assessment: assessmentOf(evidence), incidentId: undefined, decision: undefined }
  const last = await desk.lastIncident(signal.identity.id)
  const correlation = correlate(signal, evidence, last?.value)
  if (correlation.kind === 'held')
    return { signal, findings, assessment: assessmentOf(evidence), incidentId: correlation.id, decision: undefined }
  const known = correlation.kind === 'existing' ? last : undefined
  const merged = mergeFindings(known?.value.findings ?? [], evidence)
  const { draft } = desk.draftOf(signal.identity.id)
  const about = { incidentId: correlation.id, signal, state: draft, evidence: merged, known: known?.value.assessment }
  const assessment = await assess(about, policy, ports.advisor)
  const identity = known?.value.identity ?? signal.identity
  const decision = await decisionOn(assessment, identity, bench)
  if (decision.would === 'observe' && known === undefined) return { signal, findings, assessment, incidentId: undefined, decision }
  const blastRadius = await radiusOf(known?.value, identity, { baseline: draft.baseline, signal, ports })
  const raised = await raise({ incidentId: correlation.id, signal, findings, merged, assessment, blastRadius, decision }, known, ports)
  desk.keepIncident(signal.identity.id, raised.stored)
  await act(raised, bench)
  return { signal, findings, assessment, incidentId: correlation.id, decision: raised.stored.value.decision }
}

/**
 * The confirmed lane: a party that knows says that the credential is out, so nothing is read but the policy and nobody
 * is asked. Where the identity has had an incident before, the signal goes the way of all others.
 */
export async function express(signal: Signal, bench: Omit<Bench, 'desk'>): Promise<void> {
  const findings = detectConfirmed(signal)
  if (findings.length === 0) return
  try {
    await hasten(signal, findings, bench)
  } catch (cause) {
    // The slower way that follows meets the signal again, and has it delivered again where that fails too.
    bench.ports.log.warn('respond.express.failed', { identity: signal.identity.id, error: cause instanceof Error ? cause.name : 'unknown' })
  }
}

async function hasten(signal: Signal, findings: readonly Finding[], bench: Omit<Bench, 'desk'>): Promise<void> {
  const assessment = assessmentOf(findings)
  const decision = await decisionOn(assessment, signal.identity, bench)
  const blastRadius = observedBlastRadius(emptyBaseline())
  const id = incidentId(signal.identity.id, undefined)
  const raised = await open({ incidentId: id, signal, findings, merged: findings, assessment, blastRadius, decision }, bench.ports)
  if (raised !== undefined) await act(raised, bench)
}

async function decisionOn(assessment: Assessment, identity: Identity, { policy, ports }: Omit<Bench, 'desk'>): Promise<Decision> {
  const tags = needsTags(policy) ? (await ports.iam.describe(identity))?.tags : {}
  return decide(assessment, identity, boundsFor(policy, identity.id, tags))
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

/** Calls contain, again where an earlier batch broke off before its call; else tells people what is stronger than before. */
async function act({ stored, isEscalated }: Raised, { ports, called }: Omit<Bench, 'desk'>): Promise<void> {
  const incident = stored.value
  const { action } = incident.decision
  if (incident.state === 'containing') {
    const key = `${incident.id}@${stored.version}`
    if (called.has(key)) return
    await ports.containDoor.contain(incident.id)
    // Only now: a call that failed has to be made again by the way that follows, or by the next delivery.
    called.add(key)
  } else if (isEscalated && (action === 'notify' || action === 'ask')) await notify(incident, action, ports.notifier)
}
