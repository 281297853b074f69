import { type Assessment, assessmentOf } from '../domain/assessment.ts'
import { type Baseline, emptyBaseline } from '../domain/baseline.ts'
import { type BlastRadius, blastRadiusOf, observedBlastRadius } from '../domain/blast-radius.ts'
import type { Made } from '../domain/credential-window.ts'
import type { Decision } from '../domain/decision.ts'
import type { Finding } from '../domain/finding.ts'
import type { IdentityState } from '../domain/identity-state.ts'
import { type Incident, incidentId, isClosed } from '../domain/incident.ts'
import { type Bounds, boundsFor, needsTags, type Policy } from '../domain/policy.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import { ResponderError } from '../errors.ts'
import type { RespondPorts, Versioned } from '../ports.ts'
import { assess } from './advise/assess.ts'
import { correlate, mergeFindings } from './correlate.ts'
import { decide } from './decide.ts'
import type { Desk } from './desk.ts'
import { detectConfirmed } from './detect/detect.ts'
import type { Folded } from './detect/fold.ts'
import { settle } from './notify.ts'
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

/** How many closed incidents of an identity are stepped over to find where the next one comes. */
const CLOSED_LIMIT = 50

/** Judges what the fold says of one signal: assess → correlate → decide → record → contain or notify. */
export async function judge(folded: Folded, bench: Bench): Promise<Outcome> {
  const { signal, findings, evidence } = folded
  const own = assessmentOf(evidence, bench.policy.weights)
  const unraised = { signal, findings, assessment: own, incidentId: undefined, decision: undefined }
  // What a suspect makes belongs to its incident, also where the call that makes it is an ordinary one.
  if (findings.length === 0 && signal.created === undefined) return unraised
  let last = await lastFor(folded, bench.desk)
  for (let turn = 0; turn < CLOSED_LIMIT; turn++) {
    const correlation = correlate(signal, evidence, last?.value)
    if (correlation.kind === 'held') return { ...unraised, incidentId: correlation.id }
    const known = correlation.kind === 'existing' ? last : undefined
    const raised = await judgeIn(folded, { incidentId: correlation.id, known, own }, bench)
    if (!('kind' in raised)) return raised
    // People closed it meanwhile: what is new comes after that one.
    last = raised.stored
  }
  throw new ResponderError(
    'incident.unknown',
    `${CLOSED_LIMIT} closed incidents in a row on ${signal.identity.id}: deliver the event again`,
  )
}

/** Judges a signal as part of one incident, known or new. Answers the incident where it is closed. */
async function judgeIn(
  { signal, findings, evidence }: Folded,
  { incidentId: id, known, own }: { incidentId: string; known: Versioned<Incident> | undefined; own: Assessment },
  bench: Bench,
): Promise<Outcome | Raised> {
  const { desk, policy, ports } = bench
  const before = known?.value.findings ?? []
  const merged = mergeFindings(before, evidence)
  const { draft } = desk.draftOf(signal.identity.id)
  const identity = known?.value.identity ?? signal.identity
  const blastRadius = await radiusOf(known?.value, identity, { baseline: draft.baseline, signal, ports })
  const about = { incidentId: id, signal, baseline: draft.baseline, blastRadius, evidence: merged, known: known?.value.assessment }
  const assessment = await assess(about, policy, ports)
  const bounds = await boundsOn(identity, bench)
  const decision = decide(assessment, identity, bounds, ports.account)
  if (decision.would === 'observe' && known === undefined) return { signal, findings, assessment, incidentId: undefined, decision }
  const isCulprit = decide(own, identity, bounds).would === 'contain'
  const previous = desk.pointerOf(signal.identity.id)
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
    isCulprit,
    made: madeBy(draft, signal),
  }
  const raised = await raise(judged, known, ports)
  if (raised.kind === 'closed') return raised
  desk.keepIncident(raised.stored)
  desk.keepIncident(await act(raised.stored, bench))
  return { signal, findings, assessment, incidentId: id, decision: raised.stored.value.decision }
}

/** A report that names no key speaks against all that the user has. */
function madeBy({ windows }: IdentityState, { credential }: Signal): readonly Made[] {
  if (credential.kind === 'none') return [...windows.values()].flatMap(({ made }) => made)
  return windows.get(credential.id)?.made ?? []
}

/**
 * The incident that a signal may belong to: that in which its credential was made, else the identity's own last one. An
 * incident of somebody else counts for an identity only where that one made it.
 */
async function lastFor({ signal, sourceIncidentId }: Folded, desk: Desk): Promise<Versioned<Incident> | undefined> {
  const source = sourceIncidentId ?? desk.sourceOf(signal.credential.id)
  const made = source === undefined ? undefined : await desk.incident(source)
  if (made !== undefined && !isClosed(made.value)) return made
  const last = await desk.lastIncident(signal.identity.id)
  const { identity } = signal
  const isItsOwn = (incident: Incident) =>
    incident.identity.id === identity.id || incident.lineage.some(({ kind, owner }) => kind === 'user' && owner === identity.name)
  return last !== undefined && isItsOwn(last.value) ? last : undefined
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
  const decision = decide(assessment, signal.identity, await boundsOn(signal.identity, bench), bench.ports.account)
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
    isCulprit: true,
    made: [],
  }
  const raised = await open(judged, bench.ports)
  if (raised !== undefined) await act(raised.stored, bench)
}

async function boundsOn(identity: Identity, { policy, ports }: Omit<Bench, 'desk'>): Promise<Bounds> {
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
async function act(stored: Versioned<Incident>, { ports, called }: Omit<Bench, 'desk'>): Promise<Versioned<Incident>> {
  if (stored.value.state !== 'containing') return settle(stored, ports)
  const key = `${stored.value.id}@${stored.version}`
  if (called.has(key)) return stored
  await ports.containDoor.contain(stored.value.id)
  // Only now: a call that failed has to be made again by the way that follows, or by the next delivery.
  called.add(key)
  return stored
}
