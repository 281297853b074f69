import type { Assessment } from '../domain/assessment.ts'
import type { BlastRadius } from '../domain/blast-radius.ts'
import { type ChangeDraft, chain, EMPTY_CHAIN } from '../domain/change.ts'
import type { Issued } from '../domain/credential-window.ts'
import { type Decision, isStronger } from '../domain/decision.ts'
import type { Finding } from '../domain/finding.ts'
import {
  type Incident,
  type IncidentState,
  incidentSignal,
  isClosed,
  type LineageEdge,
  priorityOf,
  type Suspect,
} from '../domain/incident.ts'
import type { CreatedKind, Signal } from '../domain/signal.ts'
import { ResponderError } from '../errors.ts'
import type { Clock } from '../ports/runtime.ts'
import type { ChangeRecord, IdentityStore, IncidentStore, Versioned } from '../ports/stores.ts'
import { append, incidentSubject } from '../record/append.ts'
import { updateIncident } from '../record/update-incident.ts'
import { mergeFindings } from './correlate.ts'
import { credentialPointer } from './parent-incident.ts'

export interface UpsertPorts {
  readonly identities: Pick<IdentityStore, 'setIncident'>
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly clock: Clock
}

/** Everything that is known of one signal once it is judged. */
export interface EvaluatedSignal {
  readonly incidentId: string
  /** The incident that the store says the identity was in last. */
  readonly previous: string | undefined
  readonly signal: Signal
  readonly findings: readonly Finding[]
  /** All that speaks against the incident: what was `known` and what is new. */
  readonly merged: readonly Finding[]
  readonly known: readonly Finding[]
  readonly assessment: Assessment
  readonly blastRadius: BlastRadius
  readonly decision: Decision
  /** True where what speaks against this credential alone calls for containment. */
  readonly isPrimary: boolean
  /** What the credential made lately. */
  readonly issued: readonly Issued[]
}

/** `closed`: the incident that it would open was there, and people have closed it: what is new comes after that one. */
export type Upserted = { readonly kind: 'raised' | 'closed'; readonly stored: Versioned<Incident> }

/** The most credentials that an incident names, and the most edges of each kind; a flood of more is one incident all the same. */
const NAMED_LIMIT = 100
const EDGES_OF_A_KIND = 100

/**
 * Opens an incident, or answers undefined where it is there already. One round trip.
 *
 * The first entry of its chain is written with it, not after it: whichever of two racing writers is first, there is one.
 */
export async function createIncident(judged: EvaluatedSignal, ports: UpsertPorts): Promise<Upserted | undefined> {
  const incident = newIncident(judged)
  const [isSaved] = await Promise.all([
    ports.incidents.save(incident, 0),
    ports.record.append(chain(incidentSubject(incident.id), EMPTY_CHAIN, decisionEntry(incident, undefined, ports.clock))),
    ports.incidents.addSignal(incident.id, incidentSignal(judged.signal, judged.findings, judged.assessment.risk)),
    ports.identities.setIncident(incident.identity.id, incident.id, judged.previous),
    ...pointers(incident, ports),
  ])
  return isSaved ? { kind: 'raised', stored: { value: incident, version: 1 } } : undefined
}

/**
 * Opens the incident or adds to it; the same signal twice changes nothing.
 *
 * An incident never steps back by itself: a weaker decision leaves the stronger one standing.
 */
export async function upsertIncident(
  judged: EvaluatedSignal,
  known: Versioned<Incident> | undefined,
  ports: UpsertPorts,
): Promise<Upserted> {
  if (known !== undefined) return mergeSignal(judged, known, ports)
  const raised = await createIncident(judged, ports)
  if (raised !== undefined) return raised
  // Another responder, or this one before it broke off, has opened it: add to that.
  const stored = await ports.incidents.get(judged.incidentId)
  if (stored === undefined)
    throw new ResponderError('incident.unknown', `incident ${judged.incidentId} is neither new nor there: deliver the event again`)
  return isClosed(stored.value) ? { kind: 'closed', stored } : mergeSignal(judged, stored, ports)
}

async function mergeSignal(judged: EvaluatedSignal, known: Versioned<Incident>, ports: UpsertPorts): Promise<Upserted> {
  let before = known.value
  const change = (incident: Incident) => {
    before = incident
    const next = withSignal(incident, judged)
    return isSame(incident, next) ? undefined : next
  }
  const [stored] = await Promise.all([
    updateIncident(known, change, ports.incidents),
    ports.incidents.addSignal(known.value.id, incidentSignal(judged.signal, judged.findings, judged.assessment.risk)),
  ])
  await Promise.all(pointers(stored.value, ports, before))
  const { decision } = stored.value
  if (isStronger(decision.action, before.decision.action) || decision.would !== before.decision.would)
    await append(ports.record, incidentSubject(stored.value.id), decisionEntry(stored.value, before, ports.clock))
  return { kind: 'raised', stored }
}

function decisionEntry(incident: Incident, before: Incident | undefined, clock: Clock): ChangeDraft {
  const { action, would, mode, why } = incident.decision
  return {
    at: new Date(clock.now()).toISOString(),
    actor: 'countersign:respond',
    kind: 'decision',
    target: `incident:${incident.id}`,
    from: before?.decision.action ?? null,
    to: {
      action,
      would,
      mode,
      risk: incident.assessment.risk,
      advisor: adviceOf(incident.assessment),
      signal: incident.decidedBy.signalId,
    },
    why: why.join('; '),
  }
}

/** What the advisor had to do with a decision: how far it moved the risk, or why it said nothing. */
function adviceOf({ opinion }: Assessment): object | null {
  if (opinion === undefined) return null
  return opinion.kind === 'fallback'
    ? { fallback: opinion.cause }
    : { likelihood: opinion.likelihood, verdict: opinion.verdict, shift: opinion.shift, model: opinion.model }
}

function newIncident({ incidentId, signal, merged, assessment, blastRadius, decision, isPrimary, issued }: EvaluatedSignal): Incident {
  return {
    id: incidentId,
    identity: signal.identity,
    state: stateFor(decision),
    openedAt: signal.time,
    updatedAt: signal.time,
    credentials: [{ ...signal.credential, isPrimary }],
    lineage: edgesOf(signal, issued),
    findings: merged,
    assessment,
    blastRadius,
    priority: priorityOf(assessment.risk, blastRadius, merged),
    decision,
    decidedBy: { signalId: signal.id, time: signal.time },
    containedAt: undefined,
    pagedAt: undefined,
    extendedUntil: undefined,
    approved: [],
    escalatedAt: undefined,
    verdict: undefined,
    suppression: undefined,
    owedNotice: owedFor(decision),
    head: EMPTY_CHAIN,
  }
}

function withSignal(
  incident: Incident,
  { signal, merged, known, assessment, blastRadius, decision, isPrimary, issued }: EvaluatedSignal,
): Incident {
  // A credential of somebody else, by which this incident was reached, is an edge of the lineage.
  const isOwn = signal.identity.id === incident.identity.id
  // While keys are made anew, the new ones and the owner's others are suspects only for what they do themselves.
  const isSuspect = isOwn && (incident.state !== 'rotating' || isPrimary)
  const isPrimaryNow = isPrimary || isSessionOfPrimary(incident, signal)
  const credentials = isSuspect
    ? withCredential(incident.credentials, { ...signal.credential, isPrimary: isPrimaryNow })
    : incident.credentials
  const lineage = withEdges(incident.lineage, edgesOf(signal, issued))
  const hasMore = toContain({ ...incident, credentials, lineage }) > toContain(incident)
  const isStrongerNow = isStrongerDecision(decision, incident.decision) && !wasRefused(incident)
  const now = isStrongerNow ? decision : incident.decision
  const findings = incident.findings === known ? merged : mergeFindings(incident.findings, merged)
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
    owedNotice: isStronger(now.action, incident.decision.action) ? (owedFor(now) ?? incident.owedNotice) : incident.owedNotice,
    decidedBy: isStrongerNow ? { signalId: signal.id, time: signal.time } : incident.decidedBy,
  }
}

/** A session under the name of one that did it: whoever asks for credentials anew, as a workload does, keeps the name. */
function isSessionOfPrimary({ identity, credentials }: Incident, { credential }: Signal): boolean {
  const { sessionName } = credential
  return (
    identity.kind === 'role' && sessionName !== undefined && credentials.some((one) => one.isPrimary && one.sessionName === sessionName)
  )
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

/** How much there is to take out of use. Of a role's sessions only those count that did it: the others are other people's. */
function toContain({ identity, credentials, lineage }: Incident): number {
  const own = credentials.filter(({ kind, isPrimary }) => CONTAINABLE.has(kind) && (identity.kind !== 'role' || isPrimary))
  return own.length + lineage.filter(({ kind }) => CONTAINABLE.has(kind)).length
}

/** What people are told of by respond; contain tells of what it did. */
function owedFor({ action }: Decision): Incident['owedNotice'] {
  return action === 'notify' || action === 'ask' ? action : undefined
}

/** A credential of the identity, or something that it made, seen only now: it has to be contained as well. */
function stateWithMore(incident: Incident, hasMore: boolean): IncidentState {
  // Where contain asked for a bound or a failed step, it has to look at what is new all the same.
  const { state } = incident
  return hasMore && (state === 'contained' || state === 'rotating' || wasRefused(incident)) ? 'containing' : state
}

function stateFor({ action }: Decision): IncidentState {
  if (action === 'contain') return 'containing'
  return action === 'ask' ? 'asking' : 'watching'
}

/** What the call made, and what its credential made before anybody suspected it. */
function edgesOf({ created, credential, id }: Signal, made: readonly Issued[]): LineageEdge[] {
  const before = made.map(({ id: thing, kind, owner, signalId }) => ({ id: thing, kind, owner, parent: credential.id, signalId }))
  return created === undefined || before.some((edge) => edge.id === created.id)
    ? before
    : [...before, { ...created, parent: credential.id, signalId: id }]
}

function withCredential(known: readonly Suspect[], credential: Suspect): readonly Suspect[] {
  const before = known.find(({ id }) => id === credential.id)
  if (before === undefined) return withRoomFor(known, credential)
  if (before.isPrimary || !credential.isPrimary) return known
  return known.map((one) => (one.id === credential.id ? credential : one))
}

/** Where there is no room, one that did it takes the place of one that did not. */
function withRoomFor(known: readonly Suspect[], credential: Suspect): readonly Suspect[] {
  if (known.length < NAMED_LIMIT) return [...known, credential]
  const least = credential.isPrimary ? known.findIndex(({ isPrimary }) => !isPrimary) : -1
  return least < 0 ? known : known.with(least, credential)
}

/** Each kind has room of its own: a flood of sessions takes none from the user that was made behind it. */
function withEdges(known: readonly LineageEdge[], more: readonly LineageEdge[]): readonly LineageEdge[] {
  const news = more.filter(({ id }) => !known.some((edge) => edge.id === id))
  if (news.length === 0) return known
  const counts = new Map<CreatedKind, number>()
  for (const { kind } of known) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const fitting = news.filter(({ kind }) => {
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    return count <= EDGES_OF_A_KIND
  })
  return fitting.length === 0 ? known : [...known, ...fitting]
}

/** What this identity made leads to the same incident: users by their name, keys and sessions by their id. */
function pointers(incident: Incident, { identities }: UpsertPorts, before?: Incident): Promise<void>[] {
  const { account, id: own } = incident.identity
  const news = incident.lineage.filter((edge) => !before?.lineage.includes(edge))
  const users = news.filter(({ kind }) => kind === 'user').map(({ owner }) => `arn:aws:iam::${account}:user/${owner}`)
  const credentials = news.filter(({ kind }) => kind === 'session' || kind === 'access-key').map(({ id }) => credentialPointer(id))
  // Nobody's own incident is lost for it: where a pointer is there already, it stays.
  return [...users.filter((id) => id !== own), ...credentials].map((id) => identities.setIncident(id, incident.id, undefined))
}

function isSame(a: Incident, b: Incident): boolean {
  return (
    a.state === b.state &&
    a.credentials === b.credentials &&
    a.lineage === b.lineage &&
    a.decision === b.decision &&
    a.owedNotice === b.owedNotice &&
    a.assessment.risk === b.assessment.risk &&
    a.findings.length === b.findings.length
  )
}
