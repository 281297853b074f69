import { isStronger } from '../domain/action.ts'
import { type Assessment, assessmentOf } from '../domain/assessment.ts'
import { type ChangeDraft, chain, EMPTY_CHAIN } from '../domain/change.ts'
import { type Incident, isClosed } from '../domain/incident.ts'
import { incidentSignal } from '../domain/incident-signal.ts'
import { NOT_LOOKED_UP } from '../domain/lookups.ts'
import { ResponderError } from '../errors.ts'
import type { BackfillQueue } from '../ports/invokers.ts'
import type { Clock } from '../ports/runtime.ts'
import type { ChangeRecord, IdentityStore, IncidentStore, Versioned } from '../ports/stores.ts'
import { append, incidentSubject } from '../record/append.ts'
import { updateIncident } from '../record/update-incident.ts'
import { isCovered } from './correlate.ts'
import type { EvaluatedSignal } from './evaluated-signal.ts'
import { findingsOf, signalOfReport } from './exposures.ts'
import { isUnchanged } from './is-unchanged.ts'
import { issuedUserIds } from './issued-users.ts'
import { newIncident, withSignal } from './merge-incident.ts'
import { credentialPointer } from './parent-incident.ts'

/** What writing an incident needs. */
export interface UpsertPorts {
  readonly identities: Pick<IdentityStore, 'setIncident'>
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  /** Absent where nothing is looked up. */
  readonly backfillQueue?: BackfillQueue | undefined
  readonly clock: Clock
}

/** `closed`: an incident with this id exists and is closed, so nothing was written; the signal belongs to the next incident. */
export type Upserted = { readonly kind: 'upserted' | 'closed'; readonly stored: Versioned<Incident> }

/**
 * Opens an incident. Returns undefined when it exists already. One round trip.
 *
 * The first entry of its chain is written together with it, so that a chain exists whichever of two concurrent writers wins.
 */
export async function createIncident(evaluated: EvaluatedSignal, ports: UpsertPorts): Promise<Upserted | undefined> {
  const incident = { ...newIncident(evaluated), lookups: ports.backfillQueue === undefined ? undefined : NOT_LOOKED_UP }
  await addReports(evaluated, ports)
  const [isSaved] = await Promise.all([
    ports.incidents.save(incident, 0),
    ports.record.append(chain(incidentSubject(incident.id), EMPTY_CHAIN, decisionEntry(incident, undefined, ports.clock))),
    addTo(incident, evaluated, ports),
    ports.identities.setIncident(incident.identity.id, incident.id, evaluated.previous),
    ...writePointers(incident, ports, { from: evaluated.apartFrom }),
  ])
  return isSaved ? { kind: 'upserted', stored: { value: incident, version: 1 } } : undefined
}

/**
 * Opens an incident or adds a signal to it. The same signal twice changes nothing, and a weaker decision does not replace a stronger one.
 *
 * Throws `incident.unknown` when the incident can be neither created nor read.
 */
export async function upsertIncident(
  evaluated: EvaluatedSignal,
  known: Versioned<Incident> | undefined,
  ports: UpsertPorts,
): Promise<Upserted> {
  if (known !== undefined) return mergeSignal(evaluated, known, ports)
  const created = await createIncident(evaluated, ports)
  if (created !== undefined) return created
  // Another responder, or an earlier interrupted run, has opened the incident: add to it.
  const stored = await ports.incidents.get(evaluated.incidentId)
  if (stored === undefined)
    throw new ResponderError(
      'incident.unknown',
      `incident ${evaluated.incidentId} could be neither created nor found; deliver the event again`,
    )
  return isClosed(stored.value) ? { kind: 'closed', stored } : mergeSignal(evaluated, stored, ports)
}

async function mergeSignal(evaluated: EvaluatedSignal, known: Versioned<Incident>, ports: UpsertPorts): Promise<Upserted> {
  let before = known.value
  const change = (incident: Incident) => {
    before = incident
    requireCovered(incident, evaluated)
    const next = withSignal(incident, evaluated)
    return isUnchanged(incident, next) ? undefined : next
  }
  const expected = withSignal(known.value, evaluated)
  const news = evaluated.reports.filter((report) => !known.value.reports?.some(({ id }) => id === report.id))
  await addReports({ ...evaluated, reports: news }, ports)
  const [stored] = await Promise.all([updateIncident(known, change, ports.incidents), addTo(expected, evaluated, ports)])
  const isUnexpected = isDecidedBy(stored.value, evaluated) && !isDecidedBy(expected, evaluated)
  await Promise.all([
    ...writePointers(stored.value, ports, { before, from: evaluated.apartFrom }),
    ...(isUnexpected ? [addTo(stored.value, evaluated, ports)] : []),
  ])
  const { decision } = stored.value
  if (isStronger(decision.action, before.decision.action) || decision.would !== before.decision.would)
    await append(ports.record, incidentSubject(stored.value.id), decisionEntry(stored.value, before, ports.clock))
  return { kind: 'upserted', stored }
}

/** Adds the signal to the timeline. One that brought the decision is kept in any case: the decision is looked up by it. */
function addTo(incident: Incident, evaluated: EvaluatedSignal, { incidents }: Pick<UpsertPorts, 'incidents'>): Promise<void> {
  const { signal, findings, assessment, baseline } = evaluated
  const kept = incidentSignal(signal, findings, { risk: assessment.baseRisk, baseline })
  return incidents.addSignal(incident.id, kept, isDecidedBy(incident, evaluated))
}

/**
 * What was reported before there was an incident belongs to its story. It is added before the incident says that it knows of it, because what an incident knows is not added again.
 * What a finding of another product was found to be stands in the evidence.
 */
async function addReports(
  { incidentId, signal, reports, evidence }: EvaluatedSignal,
  { incidents }: Pick<UpsertPorts, 'incidents'>,
): Promise<void> {
  const earlier = reports.filter(({ id }) => id !== signal.id)
  const adding = earlier.map((report) => {
    const found = evidence.filter(({ signalId, group }) => signalId === report.id && group !== 'exposure')
    const all = [...findingsOf(report, signal), ...found]
    return incidents.addSignal(incidentId, incidentSignal(signalOfReport(report, signal), all, { risk: assessmentOf(all).baseRisk }))
  })
  await Promise.all(adding)
}

function isDecidedBy({ decidedBy }: Incident, { signal }: EvaluatedSignal): boolean {
  return decidedBy.signalId === signal.id
}

/**
 * Throws `incident.releasing` for evidence that an incident in release does not contain: no reviewer has seen it, and it would be released with
 * the rest. Delivered again, it joins or follows the incident by how the release ended.
 */
function requireCovered(incident: Incident, evaluated: EvaluatedSignal): void {
  if (incident.state !== 'releasing' || isCovered(evaluated, incident)) return
  throw new ResponderError(
    'incident.releasing',
    `incident ${incident.id} is being released, and signal ${evaluated.signal.id} is evidence that its reviewer has not seen; deliver the event again`,
  )
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

/** The advisor's part in a decision: how far it moved the risk, or why it gave no opinion. */
function adviceOf({ opinion }: Assessment): object | null {
  if (opinion === undefined) return null
  return opinion.kind === 'fallback'
    ? { fallback: opinion.cause }
    : { likelihood: opinion.likelihood, verdict: opinion.verdict, shift: opinion.shift, model: opinion.model }
}

/**
 * Points newly created users, keys and sessions to the incident, so that their signals join it. Users are found by ARN, the others by id. A pointer to
 * another incident stays, except one to `from`.
 */
export function writePointers(
  incident: Incident,
  { identities }: Pick<UpsertPorts, 'identities'>,
  { before, from }: { before?: Incident | undefined; from?: string | undefined },
): Promise<void>[] {
  const { id: own } = incident.identity
  const news = incident.lineage.filter((edge) => !before?.lineage.includes(edge))
  const users = issuedUserIds(news, incident.identity)
  const credentials = news.filter(({ kind }) => kind === 'session' || kind === 'access-key').map(({ id }) => credentialPointer(id))
  return [...users.filter((id) => id !== own), ...credentials].map((id) => identities.setIncident(id, incident.id, from))
}
