import { createHash } from 'node:crypto'
import type { Incident } from '../../shared/domain/incident.ts'

/** A hash that changes whenever what a page shows of these incidents changes. */
export function stampOf(incidents: readonly Incident[]): string {
  const digest = createHash('sha256')
  for (const { id, state, priority, updatedAt, head } of incidents) digest.update(JSON.stringify([id, state, priority, updatedAt, head]))
  return digest.digest('base64url').slice(0, 16)
}
