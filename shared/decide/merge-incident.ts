import { withNewLane } from '../domain/breaker-lanes.ts'
import { EMPTY_CHAIN } from '../domain/change.ts'
import { isContainableCredential, isContainableIdentity } from '../domain/containable.ts'
import { isAbout } from '../domain/created-principal.ts'
import { withExcepted } from '../domain/excepted.ts'
import { followed, withRename } from '../domain/follow-rename.ts'
import { hasGrown, type Incident, type LineageEdge, originOf, type Suspect } from '../domain/incident.ts'
import { moved, noticeFor, openingState } from '../domain/incident-machine.ts'
import { withReports } from '../domain/kept-reports.ts'
import { isSameHistory, withNames } from '../domain/name-history.ts'
import { ALARM, priorityOf } from '../domain/priority.ts'
import { hasFence, hasWidened, withBrake, withSessions } from '../domain/restriction.ts'
import type { Signal } from '../domain/signal.ts'
import { joinedStanding } from '../domain/standing.ts'
import { mergeFindings } from './correlate.ts'
import type { EvaluatedSignal } from './evaluated-signal.ts'
import { edgesOf, storedEdges, withEdges } from './lineage-edges.ts'

/** Credentials that an incident stores. The limit bounds the stored item when an intruder creates many. */
const CREDENTIAL_LIMIT = 100

/** Builds the incident that a signal opens. */
export function newIncident({
  incidentId,
  signal,
  excepted,
  merged,
  assessment,
  blastRadius,
  standing,
  decision,
  isPrimary,
  restriction,
  issued,
  names,
  tags,
  reports,
  releasedBefore,
  usual,
}: EvaluatedSignal): Incident {
  const { identity, credential } = signal
  const lineage = withEdges(storedEdges(edgesOf(signal, issued), identity), tags, identity)
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
    ...standing,
    priority: priorityOf({ assessment, blastRadius, findings: merged, ...standing }),
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
    ...(restriction === undefined ? {} : { restriction }),
    ...(names === undefined ? {} : { names }),
    ...(reports.length === 0 ? {} : { reports }),
    ...(excepted.length === 0 ? {} : { excepted: withExcepted([], excepted) }),
    ...(releasedBefore === undefined ? {} : { releasedBefore }),
    ...(usual === undefined ? {} : { usual }),
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
  const joined = withRestriction({ ...incident, credentials, lineage }, evaluated)
  const hasMoreToContain = hasMore(joined, incident) || restrictsMore(joined, incident)
  const decided = moved(joined, { kind: 'decided', decision, signalId: signal.id, time: signal.time, origin: originOf(signal) })
  const next = decided ?? (hasMoreToContain ? moved(joined, { kind: 'grew' }) : undefined) ?? joined
  const findings = incident.findings === known ? merged : mergeFindings(incident.findings, merged)
  // Another writer may have added findings that this assessment does not include. The higher risk then stands until the next signal.
  const isComplete = findings.length <= merged.length || assessment.risk >= incident.assessment.risk
  const current = isComplete ? assessment : incident.assessment
  const reports = withReports(incident.reports ?? [], evaluated.reports)
  const standing = joinedStanding(incident, evaluated.standing)
  const excepted = withExcepted(incident.excepted ?? [], evaluated.excepted)
  const usual = incident.usual ?? evaluated.usual
  const grown: Incident = {
    ...next,
    ...(excepted.length === 0 ? {} : { excepted }),
    ...(usual === undefined ? {} : { usual }),
    ...(reports.length === 0 ? {} : { reports }),
    updatedAt: Math.max(incident.updatedAt, signal.time),
    findings,
    assessment: current,
    blastRadius,
    ...standing,
    // An alarm about the containment stays one, whatever is seen after it.
    priority: incident.priority === ALARM ? ALARM : priorityOf({ assessment: current, blastRadius, findings, ...standing }),
  }
  const retried = withNewLane(incident, grown, evaluated.policy)
  return (retried && moved(retried, { kind: 'grew' })) ?? grown
}

/**
 * The restriction is that of the decision: what comes later may be the intruder's habit. It only grows, by a brake, and by other sessions of a role whose own evidence calls
 * for it, and by the fence of its usual places; so an incident that asked before gets the one of the signal that brought the decision.
 */
function withRestriction(incident: Incident, { restriction }: EvaluatedSignal): Incident {
  if (restriction === undefined || !RESTRICTABLE.has(incident.state)) return incident
  const { restriction: before } = incident
  if (before === undefined) return { ...incident, restriction }
  const grown = withBrake(withSessions(before, restriction.sessions), restriction.brake)
  const fenced = { ...grown, isFenced: true }
  return { ...incident, restriction: restriction.isFenced && !grown.isFenced && hasFence(fenced) ? fenced : grown }
}

/** The states in which an incident may come to be restricted, or is. */
const RESTRICTABLE: ReadonlySet<Incident['state']> = new Set(['watching', 'asking', 'restricting', 'restricted'])

/** True where a restriction is of more sessions than before, denies calls from outside the usual places as well, or brakes anew. */
function restrictsMore({ restriction: now }: Incident, { restriction: before }: Incident): boolean {
  return now !== undefined && now !== before && hasWidened(now, before)
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
  // A restriction is of the user whatever its key, and of the role's sessions that `restrictsMore` counts.
  if (now.state === 'restricted') return hasGrown(issuedIn(now), issuedIn(before))
  const isOwn = ({ kind, isPrimary }: Suspect) => isContainableCredential(kind) && (now.identity.kind !== 'role' || isPrimary)
  const count = ({ credentials }: Incident) => credentials.filter(isOwn).length
  return (isContainableIdentity(now.identity) && count(now) > count(before)) || hasGrown(issuedIn(now), issuedIn(before))
}

/** What containment takes out of use, and tags, which may have protected. */
function issuedIn({ lineage }: Incident): readonly LineageEdge[] {
  return lineage.filter(({ kind }) => isContainableCredential(kind) || kind === 'tag')
}

function followedOf({ renames }: Incident, edges: readonly LineageEdge[]): readonly LineageEdge[] {
  return followed(edges, renames)
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
