import type { Assessment } from '../domain/assessment.ts'
import { type ChangeDraft, chain, EMPTY_CHAIN } from '../domain/change.ts'
import { isStronger } from '../domain/decision.ts'
import { type Incident, incidentSignal, isClosed } from '../domain/incident.ts'
import { ResponderError } from '../errors.ts'
import type { Clock } from '../ports/runtime.ts'
import type { ChangeRecord, IdentityStore, IncidentStore, Versioned } from '../ports/stores.ts'
import { append, incidentSubject } from '../record/append.ts'
import { updateIncident } from '../record/update-incident.ts'
import { type EvaluatedSignal, isSame, newIncident, withSignal } from './merge-incident.ts'
import { credentialPointer } from './parent-incident.ts'

export interface UpsertPorts {
  readonly identities: Pick<IdentityStore, 'setIncident'>
  readonly incidents: IncidentStore
  readonly record: ChangeRecord
  readonly clock: Clock
}

/** `closed`: the incident that it would open was there, and people have closed it: what is new comes after that one. */
export type Upserted = { readonly kind: 'upserted' | 'closed'; readonly stored: Versioned<Incident> }

/**
 * Opens an incident, or answers undefined where it is there already. One round trip.
 *
 * The first entry of its chain is written with it, not after it: whichever of two racing writers is first, there is one.
 */
export async function createIncident(evaluated: EvaluatedSignal, ports: UpsertPorts): Promise<Upserted | undefined> {
  const incident = newIncident(evaluated)
  const [isSaved] = await Promise.all([
    ports.incidents.save(incident, 0),
    ports.record.append(chain(incidentSubject(incident.id), EMPTY_CHAIN, decisionEntry(incident, undefined, ports.clock))),
    ports.incidents.addSignal(incident.id, incidentSignal(evaluated.signal, evaluated.findings, evaluated.assessment.risk)),
    ports.identities.setIncident(incident.identity.id, incident.id, evaluated.previous),
    ...pointers(incident, ports),
  ])
  return isSaved ? { kind: 'upserted', stored: { value: incident, version: 1 } } : undefined
}

/**
 * Opens the incident or adds to it; the same signal twice changes nothing.
 *
 * An incident never steps back by itself: a weaker decision leaves the stronger one standing.
 */
export async function upsertIncident(
  evaluated: EvaluatedSignal,
  known: Versioned<Incident> | undefined,
  ports: UpsertPorts,
): Promise<Upserted> {
  if (known !== undefined) return mergeSignal(evaluated, known, ports)
  const created = await createIncident(evaluated, ports)
  if (created !== undefined) return created
  // Another responder, or this one before it broke off, has opened it: add to that.
  const stored = await ports.incidents.get(evaluated.incidentId)
  if (stored === undefined)
    throw new ResponderError('incident.unknown', `incident ${evaluated.incidentId} is neither new nor there: deliver the event again`)
  return isClosed(stored.value) ? { kind: 'closed', stored } : mergeSignal(evaluated, stored, ports)
}

async function mergeSignal(evaluated: EvaluatedSignal, known: Versioned<Incident>, ports: UpsertPorts): Promise<Upserted> {
  let before = known.value
  const change = (incident: Incident) => {
    before = incident
    const next = withSignal(incident, evaluated)
    return isSame(incident, next) ? undefined : next
  }
  const [stored] = await Promise.all([
    updateIncident(known, change, ports.incidents),
    ports.incidents.addSignal(known.value.id, incidentSignal(evaluated.signal, evaluated.findings, evaluated.assessment.risk)),
  ])
  await Promise.all(pointers(stored.value, ports, before))
  const { decision } = stored.value
  if (isStronger(decision.action, before.decision.action) || decision.would !== before.decision.would)
    await append(ports.record, incidentSubject(stored.value.id), decisionEntry(stored.value, before, ports.clock))
  return { kind: 'upserted', stored }
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

/** What this identity made leads to the same incident: users by their name, keys and sessions by their id. */
function pointers(incident: Incident, { identities }: UpsertPorts, before?: Incident): Promise<void>[] {
  const { account, id: own } = incident.identity
  const news = incident.lineage.filter((edge) => !before?.lineage.includes(edge))
  const users = news.filter(({ kind }) => kind === 'user').map(({ owner }) => `arn:aws:iam::${account}:user/${owner}`)
  const credentials = news.filter(({ kind }) => kind === 'session' || kind === 'access-key').map(({ id }) => credentialPointer(id))
  // Nobody's own incident is lost for it: where a pointer is there already, it stays.
  return [...users.filter((id) => id !== own), ...credentials].map((id) => identities.setIncident(id, incident.id, undefined))
}
