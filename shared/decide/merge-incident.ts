import type { Assessment } from '../domain/assessment.ts'
import type { BlastRadius } from '../domain/blast-radius.ts'
import { EMPTY_CHAIN } from '../domain/change.ts'
import { isContainableCredential, isContainableIdentity, issuedToContain } from '../domain/containable.ts'
import type { Issued } from '../domain/credential-window.ts'
import type { Decision } from '../domain/decision.ts'
import type { Finding } from '../domain/finding.ts'
import { type Incident, type LineageEdge, priorityOf, type Suspect } from '../domain/incident.ts'
import { moved, noticeFor, openingState } from '../domain/incident-machine.ts'
import type { CreatedKind, Signal } from '../domain/signal.ts'
import { mergeFindings } from './correlate.ts'

/** Everything that is known of one signal once it is evaluated. */
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

/** The most credentials that an incident names, and the most edges of each kind; a flood of more is one incident all the same. */
const NAMED_LIMIT = 100
const EDGES_OF_A_KIND = 100

/** The incident that a signal opens. */
export function newIncident({
  incidentId,
  signal,
  merged,
  assessment,
  blastRadius,
  decision,
  isPrimary,
  issued,
}: EvaluatedSignal): Incident {
  const { identity, credential } = signal
  const lineage = edgesOf(signal, issued)
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
    decidedBy: { signalId: signal.id, time: signal.time },
    containedAt: undefined,
    pagedAt: undefined,
    extendedUntil: undefined,
    approved: [],
    escalatedAt: undefined,
    verdict: undefined,
    suppression: undefined,
    owedNotice: noticeFor(decision),
    head: EMPTY_CHAIN,
  }
}

/** An incident with one more signal: its credential, what it issued, its findings, and the state that follows. */
export function withSignal(incident: Incident, evaluated: EvaluatedSignal): Incident {
  const { signal, merged, known, assessment, blastRadius, decision, isPrimary, issued } = evaluated
  // A credential of another identity, through which this incident was reached, is an edge of the lineage.
  const isOwn = signal.identity.id === incident.identity.id
  // While keys are rotated, the new ones and the owner's others are suspects only for what they do themselves.
  const isSuspect = isOwn && (incident.state !== 'rotating' || isPrimary)
  const suspect = { ...signal.credential, isPrimary: isPrimary || isSessionOfPrimary(incident, signal) }
  const credentials = isSuspect ? withCredential(incident.credentials, suspect) : incident.credentials
  const lineage = withEdges(incident.lineage, edgesOf(signal, issued))
  const joined = { ...incident, credentials, lineage }
  const hasMore = toContain(joined) > toContain(incident)
  const decided = moved(joined, { kind: 'decided', decision, signalId: signal.id, time: signal.time })
  const next = decided ?? (hasMore ? moved(joined, { kind: 'grew' }) : undefined) ?? joined
  const findings = incident.findings === known ? merged : mergeFindings(incident.findings, merged)
  // Where another writer added findings meanwhile, ours are not all: the higher of the two risks stands until the next signal.
  const isAll = findings.length <= merged.length || assessment.risk >= incident.assessment.risk
  const current = isAll ? assessment : incident.assessment
  return {
    ...next,
    updatedAt: Math.max(incident.updatedAt, signal.time),
    findings,
    assessment: current,
    blastRadius,
    priority: priorityOf(current.risk, blastRadius, findings),
  }
}

/** True where a merge changed nothing that is worth a write. */
export function isSame(a: Incident, b: Incident): boolean {
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

/** A session under the name of one that did it: whoever asks for credentials anew, as a workload does, keeps the name. */
function isSessionOfPrimary({ identity, credentials }: Incident, { credential }: Signal): boolean {
  const { sessionName } = credential
  return (
    identity.kind === 'role' && sessionName !== undefined && credentials.some((one) => one.isPrimary && one.sessionName === sessionName)
  )
}

/** How much there is to take out of use. Of a role's sessions only the primary ones count: the others are other people's. */
function toContain({ identity, credentials, lineage }: Incident): number {
  const isOwn = ({ kind, isPrimary }: Suspect) => isContainableCredential(kind) && (identity.kind !== 'role' || isPrimary)
  return (isContainableIdentity(identity) ? credentials.filter(isOwn).length : 0) + issuedToContain(lineage)
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
