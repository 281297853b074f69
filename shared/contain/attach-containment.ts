import type { UnitOfWork } from '../decide/unit-of-work.ts'
import type { Change } from '../domain/change.ts'
import { isAboutOthers } from '../domain/created-principal.ts'
import { type Incident, isEnforced } from '../domain/incident.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import { SECOND_MS } from '../domain/time.ts'
import { errorName, UnreadableItem } from '../errors.ts'
import type { RespondPorts } from '../ports/respond.ts'
import { incidentSubject } from '../record/append.ts'
import { containedSince, restrictedSince } from './contained-since.ts'
import { incidentNamedIn, incidentOf, reversedSubject, reversesStep } from './reversal.ts'

/** IAM shows a change everywhere after about 4 s, and CloudTrail's times are of whole seconds. Milliseconds. */
const SPREAD_MS = 5 * SECOND_MS

/** Incidents and their records, each read once in a batch. */
type Contained = (incidentId: string) => Promise<{ readonly incident: Incident; readonly changes: readonly Change[] } | undefined>

/** Signals with what the record says of them. `failed`: the identities whose events have to be delivered again, with the reason. */
export interface Attached {
  readonly signals: readonly Signal[]
  readonly failed: ReadonlyMap<string, string>
}

/**
 * Sets on signals what the record of an incident says of them: `containedBy` where a call succeeded with a credential that was contained, `refusedBy` where
 * the containment or the restriction refused it, and `reverses` where a call takes a step of the containment away. Of a log that is replayed the first two are
 * never said: nothing of it was contained.
 *
 * Two reads for each incident whose containment is in force and whose identities call; none for others.
 */
export async function attachContainment(
  signals: readonly Signal[],
  unitOfWork: UnitOfWork,
  ports: Pick<RespondPorts, 'identities' | 'incidents' | 'iam' | 'record' | 'account'>,
): Promise<Attached> {
  const contained = readOnce(unitOfWork, ports)
  const attached: Signal[] = []
  const failed = new Map<string, string>()
  for (const signal of signals) {
    const subject = signal.outcome === 'failed' ? undefined : reversedSubject(signal)
    if (subject === undefined && ports.account === undefined) {
      attached.push(signal)
      continue
    }
    const reverses = await reversedBy(signal, subject, { contained, ports }).catch((cause: unknown) => {
      failed.set(signal.identity.id, `a reversal could not be looked into: ${errorName(cause)}`)
      return undefined
    })
    const incidentId = ports.account === undefined ? undefined : await containedIn(signal, contained, unitOfWork)
    const said = incidentId === undefined ? {} : signal.outcome === 'denied' ? { refusedBy: incidentId } : { containedBy: incidentId }
    // Nearly every call: it is passed on as it is.
    const isUnsaid = reverses === undefined && incidentId === undefined
    attached.push(isUnsaid ? signal : { ...signal, ...(reverses === undefined ? {} : { reverses }), ...said })
  }
  return { signals: attached, failed }
}

function readOnce(unitOfWork: UnitOfWork, { record }: Pick<RespondPorts, 'record'>): Contained {
  const known = new Map<string, ReturnType<Contained>>()
  const read: Contained = async (id) => {
    try {
      const stored = await unitOfWork.incident(id)
      if (stored === undefined || !isEnforced(stored.value)) return undefined
      return { incident: stored.value, changes: await record.list(incidentSubject(id)) }
    } catch (cause) {
      // Its own signals fail where it is evaluated, and are delivered again; those of others go on.
      if (cause instanceof UnreadableItem) return undefined
      throw cause
    }
  }
  return (id) => {
    const reading = known.get(id) ?? read(id)
    known.set(id, reading)
    return reading
  }
}

/** The incident that had contained the credential of a call which succeeded all the same, or that refused it. */
async function containedIn(signal: Signal, contained: Contained, unitOfWork: UnitOfWork): Promise<string | undefined> {
  const { identity, credential } = signal
  if (signal.kind !== 'api-call' || signal.outcome === 'failed' || !signal.isAuthenticated) return undefined
  const issuedIn = signal.parentIncidentId ?? unitOfWork.peekState(identity.id).windows.get(credential.id)?.parentIncidentId
  const ids = new Set([unitOfWork.lastIncidentIdOf(identity.id), issuedIn].filter((id) => id !== undefined))
  for (const id of ids) {
    const found = await contained(id)
    // Whoever has the name of somebody contained is not contained by that.
    const isOther = found !== undefined && isAboutOthers(found.incident, identity)
    const since = found === undefined || isOther ? undefined : stoppedSince(signal, found.incident, found.changes)
    if (since !== undefined && signal.time > since + SPREAD_MS) return id
  }
  return undefined
}

/** Since when a call's credential is contained, or, of a refused call, restricted by a policy (epoch ms). */
function stoppedSince(signal: Signal, incident: Incident, changes: readonly Change[]): number | undefined {
  const contained = containedSince(signal, incident, changes)
  return signal.outcome === 'denied' && signal.deniedBy === 'identity-policy'
    ? (contained ?? restrictedSince(signal, incident, changes))
    : contained
}

/** The incident of which a call takes away a step, or tries to. `subject`: the user or role that the call changes. */
async function reversedBy(
  signal: Signal,
  subject: Identity | undefined,
  { contained, ports }: { contained: Contained; ports: Pick<RespondPorts, 'identities' | 'iam' | 'account'> },
): Promise<string | undefined> {
  if (subject === undefined) return undefined
  // The name of a policy of ours says enough: whoever writes or deletes it means us.
  const named = incidentNamedIn(signal)
  if (named !== undefined) return named
  const id = ports.account === undefined ? undefined : await incidentOf(subject, ports)
  const found = id === undefined ? undefined : await contained(id)
  return found !== undefined && reversesStep(signal, subject, found) ? id : undefined
}
