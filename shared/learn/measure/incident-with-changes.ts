import type { Change } from '../../domain/change.ts'
import type { Incident } from '../../domain/incident.ts'

/** An incident with its chain. */
export interface IncidentWithChanges {
  readonly incident: Incident
  readonly changes: readonly Change[]
}
