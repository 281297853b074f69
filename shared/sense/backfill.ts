import { type Incident, isClosed } from '../domain/incident.ts'
import { MINUTE_MS } from '../domain/time.ts'
import { ResponderError } from '../errors.ts'
import type { EventHistory } from '../ports/lookup.ts'
import type { Clock, Log } from '../ports/runtime.ts'
import type { IncidentStore } from '../ports/stores.ts'

/** The most credentials of one incident that are looked up. LookupEvents allows two requests a second. */
const CREDENTIALS_LIMIT = 20

/** The look-up begins this long before the first suspicious signal, because an intrusion begins before it is noticed. Milliseconds. */
const BEFORE_MS = 15 * MINUTE_MS

/** The function may run for 60 s and also has to process what was found, so no look-up begins after this time. Milliseconds. */
const LOOKUP_MS = 30_000

/** The interval of the sweep, which requests the backfill. Milliseconds. */
const SWEEP_MS = 5 * MINUTE_MS

export interface BackfillPorts {
  readonly incidents: Pick<IncidentStore, 'get'>
  readonly history: EventHistory
  readonly clock: Clock
  readonly log: Log
}

/**
 * Looks up the CloudTrail records of an incident's credentials, and of those they issued, and passes them to `respond` like any other event.
 *
 * EventBridge delivers most events but not all; LookupEvents has the rest. Records that were processed before have no effect. Returns how many
 * records were found. Throws `lookup.incomplete` where some could not be processed, so that the queue delivers the message again.
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
  for (const credentialId of rotated(credentialsOf(stored.value), startedAt)) {
    if (clock.now() - startedAt >= LOOKUP_MS) break
    records.push(...(await history.lookup(credentialId, stored.value.openedAt - BEFORE_MS)))
  }
  // CloudTrail answers newest first. Oldest first, the record that issued a session comes before the session's own calls.
  const { failed, outcomes } = await respond(records.reverse())
  log.info('backfill.done', { incidentId, records: records.length, outcomes: outcomes.length, failed: failed.size })
  if (failed.size > 0)
    throw new ResponderError(
      'lookup.incomplete',
      `incident ${incidentId}: ${failed.size} of ${records.length} events looked up could not be processed`,
    )
  return records.length
}

/** The primary credentials first, then the others and those that they issued. Only kinds whose id CloudTrail can look up. */
function credentialsOf({ credentials, lineage }: Incident): string[] {
  const own = [...credentials].sort((a, b) => Number(b.isPrimary) - Number(a.isPrimary))
  const ids = [...own, ...lineage].filter(({ kind }) => kind === 'access-key' || kind === 'session').map(({ id }) => id)
  return [...new Set(ids)].slice(0, CREDENTIALS_LIMIT)
}

/** The ids from another starting point in each sweep, so that over several sweeps all are looked up where one has no time for all. */
function rotated(ids: readonly string[], now: number): string[] {
  const from = ids.length === 0 ? 0 : Math.floor(now / SWEEP_MS) % ids.length
  return [...ids.slice(from), ...ids.slice(0, from)]
}
