import type { Assessment } from '../domain/assessment.ts'
import type { BlastRadius } from '../domain/blast-radius.ts'
import { type ChangeDraft, chain, EMPTY_CHAIN } from '../domain/change.ts'
import { type Decision, isStronger } from '../domain/decision.ts'
import type { Finding } from '../domain/finding.ts'
import { type Incident, type IncidentState, incidentSignal, type LineageEdge, priorityOf } from '../domain/incident.ts'
import type { CreatedKind, Credential, Signal } from '../domain/signal.ts'
import { ResponderError } from '../errors.ts'
import type { ChangeRecord, Clock, IdentityStore, IncidentStore, Versioned } from '../ports.ts'
import { mergeFindings } from './correlate.ts'
import { updateIncident } from './incident-update.ts'
import { append, incidentSubject } from './record.ts'
import { sessionPointer } from './source.ts'

export interface RaisePorts {
  readonly identities: Pick<IdentityStore, 'setIncident'>
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly clock: Clock
}

/** Everything that is known of one signal once it is judged. */
export interface Judged {
  readonly incidentId: string
  readonly signal: Signal
  readonly findings: readonly Finding[]
  /** All that speaks against the incident: what was known and what is new. */
  readonly merged: readonly Finding[]
  readonly assessment: Assessment
  readonly blastRadius: BlastRadius
  readonly decision: Decision
}

export interface Raised {
  readonly stored: Versioned<Incident>
  /** True where the signal brought the incident to a stronger action than it had. */
  readonly isEscalated: boolean
}

/** The most credentials and lineage edges that an incident names; a flood of more is one incident all the same. */
const NAMED_LIMIT = 100

/**
 * Opens an incident that follows no other, or answers undefined where it is there already. One round trip.
 *
 * The first entry of its chain is written with it, not after it: whichever of two racing writers is first, there is one.
 */
export async function open(judged: Judged, ports: RaisePorts): Promise<Raised | undefined> {
  const incident = opened(judged)
  const [isSaved] = await Promise.all([
    ports.incidents.save(incident, 0),
    ports.record.append(chain(incidentSubject(incident.id), EMPTY_CHAIN, decisionEntry(incident, undefined, ports.clock))),
    ports.incidents.addSignal(incident.id, incidentSignal(judged.signal, judged.findings, judged.assessment.risk)),
    ports.identities.setIncident(incident.identity.id, incident.id),
    ...pointers(incident, ports),
  ])
  return isSaved ? { stored: { value: incident, version: 1 }, isEscalated: true } : undefined
}

/**
 * Opens the incident or adds to it; the same signal twice changes nothing.
 *
 * An incident never steps back by itself: a weaker decision leaves the stronger one standing.
 */
export async function raise(judged: Judged, known: Versioned<Incident> | undefined, ports: RaisePorts): Promise<Raised> {
  if (known !== undefined) return add(judged, known, ports)
  const raised = await open(judged, ports)
  if (raised !== undefined) return raised
  // Another responder, or this one before it broke off, has opened it: add to that.
  const stored = await ports.incidents.get(judged.incidentId)
  if (stored === undefined)
    throw new ResponderError('incident.unknown', `incident ${judged.incidentId} is neither new nor there: deliver the event again`)
  return add(judged, stored, ports)
}

async function add(judged: Judged, known: Versioned<Incident>, ports: RaisePorts): Promise<Raised> {
  let before = known.value
  const change = (incident: Incident) => {
    before = incident
    const next = grown(incident, judged)
    return isSame(incident, next) ? undefined : next
  }
  const [stored] = await Promise.all([
    updateIncident(known, change, ports.incidents),
    ports.incidents.addSignal(known.value.id, incidentSignal(judged.signal, judged.findings, judged.assessment.risk)),
  ])
  await Promise.all(pointers(stored.value, ports, before))
  const isEscalated = isStronger(stored.value.decision.action, before.decision.action)
  if (isEscalated || stored.value.decision.would !== before.decision.would) {
    await append(ports.record, incidentSubject(stored.value.id), decisionEntry(stored.value, before, ports.clock))
  }
  return { stored, isEscalated }
}

function decisionEntry(incident: Incident, before: Incident | undefined, clock: Clock): ChangeDraft {
  const { action, would, mode, why } = incident.decision
  return {
    at: new Date(clock.now()).toISOString(),
    actor: 'countersign:respond',
    kind: 'decision',
    target: `incident:${incident.id}`,
    from: before?.decision.action ?? null,
    to: { action, would, mode, risk: incident.assessment.risk, signal: incident.decidedBy.signalId },
    why: why.join('; '),
  }
}

function opened({ incidentId, signal, merged, assessment, blastRadius, decision }: Judged): Incident {
  return {
    id: incidentId,
    identity: signal.identity,
    state: stateFor(decision),
    openedAt: signal.time,
    updatedAt: signal.time,
    credentials: [signal.credential],
    lineage: edgesOf(signal),
    findings: merged,
    assessment,
    blastRadius,
    priority: priorityOf(assessment.risk, blastRadius, merged),
    decision,
    decidedBy: { signalId: signal.id, time: signal.time },
    containedAt: undefined,
    verdict: undefined,
    hold: undefined,
    head: EMPTY_CHAIN,
  }
}

function grown(incident: Incident, { signal, merged, assessment, blastRadius, decision }: Judged): Incident {
  const credentials = withCredential(incident.credentials, signal.credential)
  const lineage = withEdges(incident.lineage, edgesOf(signal))
  const hasMore = containable(credentials) > containable(incident.credentials) || containable(lineage) > containable(incident.lineage)
  const isStrongerNow = isStrongerDecision(decision, incident.decision) && !wasRefused(incident)
  const now = isStrongerNow ? decision : incident.decision
  const findings = mergeFindings(incident.findings, merged)
  // Where another writer added findings meanwhile, ours are not all: the higher of the two risks stands until the next signal.
  const isAll = findings.length <= merged.length || assessment.risk >= incident.assessment.risk
  const current = isAll ? assessment : incident.assessment
  return {
    ...incident,
    state: isStrongerNow ? raisedState(incident.state, now) : stateWithMore(incident, hasMore),
    updatedAt: Math.max(incident.updatedAt, signal.time),
    credentials,
    lineage,
    findings,
    assessment: current,
    blastRadius,
    priority: priorityOf(current.risk, blastRadius, findings),
    decision: now,
    decidedBy: isStrongerNow ? { signalId: signal.id, time: signal.time } : incident.decidedBy,
  }
}

/** What the thresholds call for counts too: a bound that holds an action down must not hide that it is called for. */
function isStrongerDecision(a: Decision, b: Decision): boolean {
  return isStronger(a.action, b.action) || (a.action === b.action && isStronger(a.would, b.would))
}

/** Contain was called and refused for a bound: the same evidence growing does not lift that bound. */
function wasRefused({ state, decision }: Incident): boolean {
  return state === 'asking' && decision.mode === 'contain' && decision.would === 'contain'
}

function raisedState(state: IncidentState, decision: Decision): IncidentState {
  return state === 'watching' || state === 'asking' ? stateFor(decision) : state
}

/** The kinds of credentials and of things made that containment takes out of use. */
const CONTAINABLE: ReadonlySet<CreatedKind> = new Set(['access-key', 'session', 'service-specific-credential', 'user', 'role'])

function containable(things: readonly { readonly kind: CreatedKind }[]): number {
  return things.filter(({ kind }) => CONTAINABLE.has(kind)).length
}

/** A credential of the identity, or something that it made, seen only now: it has to be contained as well. */
function stateWithMore({ state }: Incident, hasMore: boolean): IncidentState {
  return state === 'contained' && hasMore ? 'containing' : state
}

function stateFor({ action }: Decision): IncidentState {
  if (action === 'contain') return 'containing'
  return action === 'ask' ? 'asking' : 'watching'
}

function edgesOf({ created, credential, id }: Signal): LineageEdge[] {
  return created === undefined ? [] : [{ ...created, parent: credential.id, signalId: id }]
}

function withCredential(known: readonly Credential[], credential: Credential): readonly Credential[] {
  return known.some(({ id }) => id === credential.id) || known.length >= NAMED_LIMIT ? known : [...known, credential]
}

function withEdges(known: readonly LineageEdge[], more: readonly LineageEdge[]): readonly LineageEdge[] {
  const news = more.filter(({ id }) => !known.some((edge) => edge.id === id))
  return news.length === 0 ? known : [...known, ...news].slice(0, NAMED_LIMIT)
}

/** Users that this identity made or gave a key, and sessions that it took on, lead to the same incident. */
function pointers(incident: Incident, { identities }: RaisePorts, before?: Incident): Promise<void>[] {
  const { account, id: own } = incident.identity
  const news = incident.lineage.filter((edge) => !before?.lineage.includes(edge))
  const users = news
    .filter(({ kind }) => kind === 'access-key' || kind === 'user')
    .map(({ owner }) => `arn:aws:iam::${account}:user/${owner}`)
  const sessions = news.filter(({ kind }) => kind === 'session').map(({ id }) => sessionPointer(id))
  return [...users.filter((id) => id !== own), ...sessions].map((id) => identities.setIncident(id, incident.id))
}

function isSame(a: Incident, b: Incident): boolean {
  return (
    a.state === b.state &&
    a.credentials === b.credentials &&
    a.lineage === b.lineage &&
    a.decision === b.decision &&
    a.assessment.risk === b.assessment.risk &&
    a.findings.length === b.findings.length
  )
}
