import { type Incident, isClosed } from '../domain/incident.ts'
import { MINUTE_MS } from '../domain/time.ts'
import { ResponderError } from '../errors.ts'
import type { EventHistory } from '../ports/lookup.ts'
import type { Clock, Log } from '../ports/runtime.ts'
import type { IncidentStore } from '../ports/stores.ts'

/** Each takes a second at least: LookupEvents allows two requests a second. */
const CREDENTIALS = 20

/** What an intruder did in the minutes before the first suspicion belongs to it as well. */
const BEFORE_MS = 15 * MINUTE_MS

/** The function that looks up may run for 60 s, and has to work on what it found in that time. Milliseconds. */
const LOOKUP_MS = 30_000

/** As often as the sweep asks. Milliseconds. */
const TURN_MS = 5 * MINUTE_MS

export interface BackfillPorts {
  readonly incidents: Pick<IncidentStore, 'get'>
  readonly history: EventHistory
  readonly clock: Clock
  readonly log: Log
}

/**
 * Looks up what CloudTrail knows of an incident's credentials and of those they made, since shortly before the first suspicious moment, and
 * has it go the way of all events: EventBridge delivers most of them, and LookupEvents the rest. What is known already has no
 * effect. Answers how many records there were; throws where some could not be worked on, so that the message comes again.
 */
export async function backfill(
  incidentId: string,
  respond: (inputs: readonly unknown[]) => Promise<{ readonly failed: ReadonlyMap<number, string>; readonly outcomes: readonly unknown[] }>,
  { incidents, history, clock, log }: BackfillPorts,
): Promise<number> {
  const stored = await incidents.get(incidentId)
  if (stored === undefined || isClosed(stored.value)) return 0
  const records: unknown[] = []
  const startedAt = clock.now()
  for (const credentialId of inTurn(credentialsOf(stored.value), startedAt)) {
    if (clock.now() - startedAt >= LOOKUP_MS) break
    records.push(...(await history.lookup(credentialId, stored.value.openedAt - BEFORE_MS)))
  }
  // Newest first is how CloudTrail answers; in order of time a session is seen to be made before it is used.
  const { failed, outcomes } = await respond(records.reverse())
  log.info('backfill.done', { incidentId, records: records.length, outcomes: outcomes.length, failed: failed.size })
  if (failed.size > 0)
    throw new ResponderError(
      'lookup.incomplete',
      `incident ${incidentId}: ${failed.size} of ${records.length} events looked up could not be worked on`,
    )
  return records.length
}

/** Those that did it first, then what they made. Only what CloudTrail looks up by its id. */
function credentialsOf({ credentials, lineage }: Incident): string[] {
  const own = [...credentials].sort((a, b) => Number(b.isPrimary) - Number(a.isPrimary))
  const ids = [...own, ...lineage].filter(({ kind }) => kind === 'access-key' || kind === 'session').map(({ id }) => id)
  return [...new Set(ids)].slice(0, CREDENTIALS)
}

/** Each time another one comes first, so that all get their turn where there is no time for all. The suspects begin. */
function inTurn(ids: readonly string[], now: number): string[] {
  const from = ids.length === 0 ? 0 : Math.floor(now / TURN_MS) % ids.length
  return [...ids.slice(from), ...ids.slice(0, from)]
}
