import { createHash } from 'node:crypto'
import type { Change } from '../../shared/domain/change.ts'
import type { Incident } from '../../shared/domain/incident.ts'

/** A hash that changes whenever what a page shows of these incidents changes. `last`: the end of the chain that it shows, which comments and assignments move alone. */
export function stampOf(incidents: readonly Incident[], last?: Change): string {
  const digest = createHash('sha256')
  for (const { id, state, priority, updatedAt, head, assignment } of incidents)
    digest.update(JSON.stringify([id, state, priority, updatedAt, head, assignment?.to]))
  if (last !== undefined) digest.update(JSON.stringify([last.number, last.hash]))
  return digest.digest('base64url').slice(0, 16)
}
