import { type Incident, isClosed } from '../domain/incident.ts'
import { nextCredential } from '../domain/lookup-progress.ts'
import { NOT_LOOKED_UP } from '../domain/lookups.ts'
import { errorName, RefusedInAccount, ResponderError } from '../errors.ts'
import type { EventHistory, LookUpPorts, Respond } from '../ports/lookup.ts'
import type { Versioned } from '../ports/stores.ts'
import { updateIncident } from '../record/update-incident.ts'
import { lookUpCredential } from './look-up-credential.ts'
import { lookUpDecidingEvent } from './look-up-deciding-event.ts'

/** The function may run for 60 s and also has to process what was found, so no request begins after this time. Milliseconds. */
const LOOKUP_MS = 30_000

/**
 * Looks up in CloudTrail the event that decided an incident, and what its credentials issued, breadth first. Returns how many records were read.
 *
 * What a run has no time for is left to the next one, which goes on from the incident's `lookups`. Where CloudTrail cannot be asked, the incident
 * says so and the sweep asks again: that is never an answer. Records from shortly before the first suspicious call on are evaluated like any other
 * events; throws `lookup.incomplete` where some could not be, so that the queue delivers the message again.
 */
export async function lookUp(incidentId: string, respond: Respond, ports: LookUpPorts): Promise<number> {
  const known = await ports.incidents.get(incidentId)
  if (known === undefined || isClosed(known.value)) return 0
  const counted: Counted = { records: 0, isOutOfTime: false }
  const deadline = ports.clock.now() + LOOKUP_MS
  const error = await lookUpAll(known, { respond: counting(respond, incidentId), deadline, counted }, ports)
  const stored = await keepFailure(incidentId, error, ports)
  if (stored?.value.state === 'containing' || stored?.value.state === 'restricting') await ports.containInvoker.contain(incidentId)
  ports.log.info('lookup.done', { incidentId, records: counted.records, isOutOfTime: counted.isOutOfTime })
  // The next run begins where this one ended; the sweep would ask for it minutes later.
  if (counted.isOutOfTime && counted.records > 0) await ports.backfillQueue?.backfill(incidentId)
  return counted.records
}

interface Counted {
  records: number
  isOutOfTime: boolean
}

/** Looks up all that is due. Returns why CloudTrail could not be asked, or undefined where it could. */
async function lookUpAll(
  known: Versioned<Incident>,
  { respond, deadline, counted }: { respond: Respond; deadline: number; counted: Counted },
  ports: LookUpPorts,
): Promise<string | undefined> {
  // What CloudTrail cannot be asked is told apart from what fails in here, which the queue has to deliver again.
  let error: string | undefined
  const noting = (history: EventHistory): EventHistory => ({
    ...history,
    page: (query, range) =>
      history.page(query, range).catch((cause: unknown) => {
        error = errorName(cause)
        throw cause
      }),
  })
  const historyOf = (account: string) => {
    const history = ports.historyOf?.(account)
    return history && noting(history)
  }
  const asking = { ...ports, history: noting(ports.history), historyOf }
  try {
    let stored = await lookUpDecidingEvent(known, asking)
    const refused = new Set<string>()
    const next = () => nextCredential(stored.value, ports.clock.now(), refused)
    for (let id = next(); id !== undefined; id = next()) {
      if (counted.isOutOfTime || ports.clock.now() >= deadline) {
        counted.isOutOfTime = true
        break
      }
      const part = await lookUpCredential(stored, { id, respond, deadline }, asking).catch((cause: unknown) => {
        if (cause instanceof RefusedInAccount) return undefined
        throw cause
      })
      // One account that refuses the responder keeps no credential of another from being looked up.
      if (part === undefined) {
        refused.add(id)
        continue
      }
      stored = part.stored
      counted.records += part.records
      counted.isOutOfTime = part.isOutOfTime
      if (isClosed(stored.value)) break
    }
  } catch (cause) {
    if (error === undefined) throw cause
  }
  return error
}

/** Stores why the last look-up failed, or that it did not. Writes nothing where that is known. */
async function keepFailure(
  incidentId: string,
  error: string | undefined,
  { incidents, clock, log }: LookUpPorts,
): Promise<Versioned<Incident> | undefined> {
  if (error !== undefined) log.warn('lookup.failed', { incidentId, error })
  const stored = await incidents.get(incidentId)
  if (stored === undefined) return undefined
  const keep = (incident: Incident): Incident | undefined => {
    const { lookups = NOT_LOOKED_UP } = incident
    if (isClosed(incident) || lookups.failure?.error === error) return undefined
    return { ...incident, lookups: { ...lookups, failure: error === undefined ? undefined : { error, at: clock.now() } } }
  }
  return updateIncident(stored, keep, incidents)
}

/** `respond`, which throws where an event could not be evaluated. */
function counting(respond: Respond, incidentId: string): Respond {
  return async (inputs) => {
    const result = await respond(inputs)
    if (result.failed.size === 0) return result
    throw new ResponderError(
      'lookup.incomplete',
      `incident ${incidentId}: ${result.failed.size} of ${inputs.length} events looked up could not be processed`,
    )
  }
}
