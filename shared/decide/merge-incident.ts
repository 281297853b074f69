import type { Assessment } from '../domain/assessment.ts'
import type { BlastRadius } from '../domain/blast-radius.ts'
import { EMPTY_CHAIN } from '../domain/change.ts'
import { isContainableCredential, isContainableIdentity } from '../domain/containable.ts'
import { isAbout } from '../domain/created-principal.ts'
import type { Issued } from '../domain/credential-window.ts'
import type { Decision } from '../domain/decision.ts'
import type { Finding } from '../domain/finding.ts'
import { followed, withRename } from '../domain/follow-rename.ts'
import { creationsOf, hasGrown, type Incident, type LineageEdge, originOf, type Suspect } from '../domain/incident.ts'
import { moved, noticeFor, openingState } from '../domain/incident-machine.ts'
import { isSameHistory, type NameHistory, withNames } from '../domain/name-history.ts'
import { priorityOf } from '../domain/priority.ts'
import type { Rename } from '../domain/rename.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import { mergeFindings } from './correlate.ts'

/** One signal with everything that its evaluation produced. */
export interface EvaluatedSignal {
  readonly incidentId: string
  /** The id of the identity's last incident, as stored. */
  readonly previous: string | undefined
  readonly signal: Signal
  readonly findings: readonly Finding[]
  /** All the evidence against the signal's credential. */
  readonly evidence: readonly Finding[]
  /** All findings of the incident: those that were `known`, merged with the new ones. */
  readonly merged: readonly Finding[]
  readonly known: readonly Finding[]
  readonly assessment: Assessment
  readonly blastRadius: BlastRadius
  readonly decision: Decision
  /** True when the evidence against this credential alone calls for containment. */
  readonly isPrimary: boolean
  /** The credentials and identities that this credential issued lately. */
  readonly issued: readonly Issued[]
  /** The names that the incident's own user had, where it had several. */
  readonly names: NameHistory | undefined
  /** How the incident's own user came by the name under which the signal was its call, where that is news. */
  readonly rename: Rename | undefined
  /** Changes of the policy's tags in the incident before, which nobody answered. */
  readonly tags: readonly LineageEdge[]
  /** The open incident of the creator that the signal joined first, where it counts in one of its own as well. */
  readonly apartFrom: string | undefined
}

/** Credentials, and lineage edges of each kind, that an incident stores. They bound the stored item when an intruder creates many. */
const CREDENTIAL_LIMIT = 100
const EDGES_PER_KIND_LIMIT = 100

/** Builds the incident that a signal opens. */
export function newIncident({
  incidentId,
  signal,
  merged,
  assessment,
  blastRadius,
  decision,
  isPrimary,
  issued,
  names,
  tags,
}: EvaluatedSignal): Incident {
  const { identity, credential } = signal
  const lineage = withEdges(edgesOf(signal, issued), tags, identity)
  return {
    id: incidentId,
    identity,
    state: openingState({ identity, lineage, decision }),
    openedAt: signal.time,
    updatedAt: signal.time,
    credentials: [{ ...credential, isPrimary }],
    lineage,
    findings: merged,
    assessment,
    blastRadius,
    priority: priorityOf(assessment.risk, blastRadius, merged),
    decision,
    decidedBy: { signalId: signal.id, time: signal.time, origin: originOf(signal) },
    containedAt: undefined,
    pagedAt: undefined,
    extendedUntil: undefined,
    approved: [],
    escalatedAt: undefined,
    verdict: undefined,
    suppression: undefined,
    owedNotice: noticeFor(decision),
    lookups: undefined,
    ...(names === undefined ? {} : { names }),
    head: EMPTY_CHAIN,
  }
}

/** Adds a signal to an incident: its credential, what it issued, its findings, and the resulting state. Pure. */
export function withSignal(before: Incident, evaluated: EvaluatedSignal): Incident {
  const { signal, merged, known, assessment, blastRadius, decision, isPrimary, issued } = evaluated
  const incident = withNewName(before, evaluated)
  // A credential of another identity belongs to the lineage, not to this incident's own credentials.
  const isOwn = isAbout(incident, signal.identity)
  // During rotation the new key and the owner's other keys are suspects only for their own calls.
  const isSuspect = isOwn && (incident.state !== 'rotating' || isPrimary)
  const suspect = { ...signal.credential, isPrimary: isPrimary || isSessionOfPrimary(incident, signal) }
  const credentials = isSuspect ? withCredential(incident.credentials, suspect) : incident.credentials
  const lineage = withEdges(incident.lineage, followedOf(incident, edgesOf(signal, issued)), incident.identity)
  const joined = { ...incident, credentials, lineage }
  const hasMoreToContain = hasMore(joined, incident)
  const decided = moved(joined, { kind: 'decided', decision, signalId: signal.id, time: signal.time, origin: originOf(signal) })
  const next = decided ?? (hasMoreToContain ? moved(joined, { kind: 'grew' }) : undefined) ?? joined
  const findings = incident.findings === known ? merged : mergeFindings(incident.findings, merged)
  // Another writer may have added findings that this assessment does not include. The higher risk then stands until the next signal.
  const isComplete = findings.length <= merged.length || assessment.risk >= incident.assessment.risk
  const current = isComplete ? assessment : incident.assessment
  return {
    ...next,
    updatedAt: Math.max(incident.updatedAt, signal.time),
    findings,
    assessment: current,
    blastRadius,
    // An alarm about the containment stays one, whatever is seen after it.
    priority: incident.priority === 100 ? 100 : priorityOf(current.risk, blastRadius, findings),
  }
}

function withNewName(incident: Incident, { names, rename }: EvaluatedSignal): Incident {
  const renamed = rename === undefined ? incident : (withRename(incident, rename) ?? incident)
  if (names === undefined || isSameHistory(names, renamed.names)) return renamed
  return { ...renamed, names: withNames(names, renamed.names ?? []) }
}

/** Adds to the lineage what calls issued that were looked up in CloudTrail. The calls themselves are evaluated apart. Pure. */
export function withIssued(incident: Incident, calls: readonly Signal[]): Incident {
  const joined = {
    ...incident,
    lineage: withEdges(
      incident.lineage,
      followedOf(
        incident,
        calls.flatMap((call) => edgesOf(call, [])),
      ),
      incident.identity,
    ),
  }
  const hasMoreToContain = hasMore(joined, incident)
  return (hasMoreToContain ? moved(joined, { kind: 'grew' }) : undefined) ?? joined
}

/** True when a merge changed nothing that needs a write. */
export function isUnchanged(a: Incident, b: Incident): boolean {
  return (
    a.state === b.state &&
    a.credentials === b.credentials &&
    a.lineage === b.lineage &&
    a.decision === b.decision &&
    a.owedNotice === b.owedNotice &&
    a.identity === b.identity &&
    isSameHistory(a.names, b.names) &&
    a.assessment.risk === b.assessment.risk &&
    a.findings.length === b.findings.length
  )
}

/** True for a session with the name of a primary credential: a workload that renews its role credentials keeps the session name. */
function isSessionOfPrimary({ identity, credentials }: Incident, { credential }: Signal): boolean {
  const { sessionName } = credential
  return (
    identity.kind === 'role' && sessionName !== undefined && credentials.some((one) => one.isPrimary && one.sessionName === sessionName)
  )
}

/**
 * True where there is more to contain than before: a credential of the identity, something issued, be it once more, or a tag, which may have protected. Of a role's sessions only the
 * primary ones count, because the others belong to other users of the role.
 */
function hasMore(now: Incident, before: Incident): boolean {
  const isOwn = ({ kind, isPrimary }: Suspect) => isContainableCredential(kind) && (now.identity.kind !== 'role' || isPrimary)
  const count = ({ credentials }: Incident) => credentials.filter(isOwn).length
  const issued = ({ lineage }: Incident) => lineage.filter(({ kind }) => isContainableCredential(kind) || kind === 'tag')
  return (isContainableIdentity(now.identity) && count(now) > count(before)) || hasGrown(issued(now), issued(before))
}

function followedOf({ renames }: Incident, edges: readonly LineageEdge[]): readonly LineageEdge[] {
  return followed(edges, renames)
}

/** Lineage edges for what the call created and for what its credential had issued before it was suspected. */
function edgesOf({ created, credential, id, time }: Signal, made: readonly Issued[]): LineageEdge[] {
  const before = made.map((issued) => ({ ...issued, parent: credential.id }))
  if (created === undefined) return before
  // The window has one row for what was created twice; the call itself says which of the two it made.
  return [...before.filter((edge) => edge.id !== created.id), { ...created, parent: credential.id, signalId: id, time }]
}

function withCredential(known: readonly Suspect[], credential: Suspect): readonly Suspect[] {
  const before = known.find(({ id }) => id === credential.id)
  if (before === undefined) return withinLimit(known, credential)
  if (before.isPrimary || !credential.isPrimary) return known
  return known.map((one) => (one.id === credential.id ? credential : one))
}

/** Appends a credential. At the limit, a primary credential replaces one that is not primary. */
function withinLimit(known: readonly Suspect[], credential: Suspect): readonly Suspect[] {
  if (known.length < CREDENTIAL_LIMIT) return [...known, credential]
  const replaced = credential.isPrimary ? known.findIndex(({ isPrimary }) => !isPrimary) : -1
  return replaced < 0 ? known : known.with(replaced, credential)
}

/**
 * The most times of one edge. IAM shows the creation that counts, the last one; the others are kept because calls are delivered out of order. Whoever
 * deletes and creates by a script needs some seconds for it, and the disorder of CloudTrail is one of minutes.
 */
const RECREATED_LIMIT = 20

/**
 * Appends edges up to the limit of each kind, so that many sessions cannot crowd out a created user. Tokens of the identity itself count apart: its own
 * deny ends them, and whoever asks for a hundred must not crowd out the sessions of roles. Another call that created a user or role that is known
 * adds its time.
 */
function withEdges(known: readonly LineageEdge[], more: readonly LineageEdge[], { name }: Identity): readonly LineageEdge[] {
  const edges = new Map(known.map((edge) => [edge.id, edge]))
  const counted = ({ kind, owner }: LineageEdge) => (kind === 'session' && owner === name ? 'own token' : kind)
  const counts = new Map<string, number>()
  for (const edge of known) counts.set(counted(edge), (counts.get(counted(edge)) ?? 0) + 1)
  let isChanged = false
  for (const edge of more) {
    const before = edges.get(edge.id)
    const count = (counts.get(counted(edge)) ?? 0) + 1
    const after = before === undefined ? (count > EDGES_PER_KIND_LIMIT ? undefined : edge) : recreated(before, edge)
    if (after === undefined) continue
    if (before === undefined) counts.set(counted(edge), count)
    edges.set(edge.id, after)
    isChanged = true
  }
  return isChanged ? [...edges.values()] : known
}

/**
 * The edge with another call that created the same user or role, or undefined where that call is known: by the unique id that IAM gave, since several calls
 * may have one second, else by its time. Where calls are left out, or one says no id, the ids are no longer all: then none of them is kept, and the dates count.
 */
function recreated(edge: LineageEdge, { kind, time, principalId }: LineageEdge): LineageEdge | undefined {
  if ((kind !== 'user' && kind !== 'role') || time === undefined) return undefined
  const { principalId: first, recreatedIds = [], recreatedAt = [], ...rest } = edge
  const ids = first === undefined ? recreatedIds : [first, ...recreatedIds]
  if (principalId === undefined ? creationsOf(edge).includes(time) : ids.includes(principalId)) return undefined
  const times = [...recreatedAt, time].sort((a, b) => a - b).slice(-RECREATED_LIMIT)
  if (times.length > recreatedAt.length && principalId !== undefined && ids.length >= creationsOf(edge).length)
    return { ...edge, recreatedAt: times, recreatedIds: [...recreatedIds, principalId] }
  const isNew = times.includes(time) || first !== undefined || recreatedIds.length > 0
  return isNew ? { ...rest, recreatedAt: times } : undefined
}
