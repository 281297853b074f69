import type { Incident } from '../../shared/domain/incident.ts'
import type { IncidentStore, OnUnreadable } from '../../shared/ports/stores.ts'
import { incidentSubject, POLICY_SUBJECT } from '../../shared/record/append.ts'
import { orderSubject } from '../../shared/record/orders.ts'
import { patternSubject } from '../../shared/record/patterns.ts'
import { changedAt } from '../../shared/review/archivable.ts'

/** How many incidents' chains the first page of the record reads: those that changed last, open or closed. */
export const LATEST_INCIDENTS = 30

/**
 * The chains with the latest entries: of the policy, of the incidents that changed last with their orders and notices, and of what was accepted of their
 * identities. All incidents are read, and `LATEST_INCIDENTS` of them kept.
 */
export async function latestSubjects({ incidents }: { readonly incidents: IncidentStore }, onUnreadable: OnUnreadable): Promise<string[]> {
  let latest: Incident[] = []
  for await (const incident of incidents.listAll(onUnreadable)) {
    latest.push(incident)
    if (latest.length >= 2 * LATEST_INCIDENTS) latest = firstOf(latest)
  }
  const shown = firstOf(latest)
  const accepted = new Set(shown.map(({ identity }) => patternSubject(identity.id)))
  return [POLICY_SUBJECT, ...shown.flatMap(({ id }) => [incidentSubject(id), orderSubject(id)]), ...accepted]
}

function firstOf(all: readonly Incident[]): Incident[] {
  return all.toSorted((a, b) => changedAt(b) - changedAt(a)).slice(0, LATEST_INCIDENTS)
}
