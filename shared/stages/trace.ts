import { type Incident, isClosed } from '../domain/incident.ts'
import { ResponderError } from '../errors.ts'
import type { EventHistory, IncidentStore, Log } from '../ports.ts'

/** Each takes a second at least: LookupEvents allows two requests a second. */
const CREDENTIALS = 20

/** What an intruder did in the minutes before the first suspicion belongs to it as well. */
const BEFORE_MS = 15 * 60_000

export interface TracePorts {
  readonly incidents: Pick<IncidentStore, 'get'>
  readonly history: EventHistory
  readonly log: Log
}

/**
 * Looks up what CloudTrail knows of an incident's credentials and of those they made, since shortly before the first suspicious moment, and
 * has it go the way of all events: EventBridge delivers most of them, and LookupEvents the rest. What is known already has no
 * effect. Answers how many records there were; throws where some could not be worked on, so that the message comes again.
 */
export async function trace(
  incidentId: string,
  respond: (inputs: readonly unknown[]) => Promise<{ readonly failed: ReadonlyMap<number, string>; readonly outcomes: readonly unknown[] }>,
  { incidents, history, log }: TracePorts,
): Promise<number> {
  const stored = await incidents.get(incidentId)
  if (stored === undefined || isClosed(stored.value)) return 0
  const records: unknown[] = []
  for (const credentialId of credentialsOf(stored.value))
    records.push(...(await history.lookup(credentialId, stored.value.openedAt - BEFORE_MS)))
  // Newest first is how CloudTrail answers; in order of time a session is seen to be made before it is used.
  const { failed, outcomes } = await respond(records.reverse())
  log.info('trace.done', { incidentId, records: records.length, outcomes: outcomes.length, failed: failed.size })
  if (failed.size > 0)
    throw new ResponderError(
      'record.conflict',
      `incident ${incidentId}: ${failed.size} of ${records.length} events looked up could not be worked on`,
    )
  return records.length
}

/** Those that did it first, then what they made. Only what CloudTrail looks up by its id. */
function credentialsOf({ credentials, lineage }: Incident): string[] {
  const own = [...credentials].sort((a, b) => Number(b.isCulprit) - Number(a.isCulprit))
  const ids = [...own, ...lineage].filter(({ kind }) => kind === 'access-key' || kind === 'session').map(({ id }) => id)
  return [...new Set(ids)].slice(0, CREDENTIALS)
}
