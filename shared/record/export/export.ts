import * as z from 'zod'
import type { Change } from '../../domain/change.ts'
import { UnreadableEntry, UnreadableItem } from '../../errors.ts'
import type { ChangeRecord, IncidentStore, OnUnreadable } from '../../ports/stores.ts'
import { incidentSubject } from '../append.ts'
import { apiActivity, detectionFinding, stepActivity } from './ocsf.ts'

/** `ndjson`: every entry of every chain as stored. `ocsf`: incidents, their calls and the containment steps, as OCSF events. */
export const ExportFormat = z.enum(['ndjson', 'ocsf'])
export type ExportFormat = z.infer<typeof ExportFormat>

/** What an export reads. */
export interface ExportPorts {
  readonly record: ChangeRecord
  readonly incidents: Pick<IncidentStore, 'listAll' | 'signals'>
}

/**
 * Exports the record as lines of JSON, one chain after the other.
 *
 * `onUnreadable` is called for each chain or item that cannot be read, and the export continues; without it the first one throws.
 */
export function exportRecord(format: ExportFormat, ports: ExportPorts, onUnreadable?: OnUnreadable): AsyncGenerator<string> {
  return format === 'ndjson' ? entriesOf(ports, onUnreadable) : eventsOf(ports, onUnreadable)
}

async function* entriesOf({ record }: ExportPorts, onUnreadable?: OnUnreadable): AsyncGenerator<string> {
  const subjects: string[] = []
  for await (const subject of record.subjects()) subjects.push(subject)
  for (const subject of subjects.sort()) for (const change of await chainOf(subject, record, onUnreadable)) yield JSON.stringify(change)
}

async function* eventsOf({ record, incidents }: ExportPorts, onUnreadable?: OnUnreadable): AsyncGenerator<string> {
  for await (const incident of incidents.listAll(onUnreadable)) {
    yield JSON.stringify(detectionFinding(incident))
    const [signals, changes] = await Promise.all([
      incidents.signals(incident.id, onUnreadable),
      chainOf(incidentSubject(incident.id), record, onUnreadable),
    ])
    for (const signal of signals) yield JSON.stringify(apiActivity(signal, incident))
    for (const change of changes) {
      const event = stepActivity(change, incident)
      if (event !== undefined) yield JSON.stringify(event)
    }
  }
}

async function chainOf(subject: string, record: ChangeRecord, onUnreadable?: OnUnreadable): Promise<readonly Change[]> {
  return record.list(subject).catch((cause: unknown) => {
    if (onUnreadable === undefined || !(cause instanceof UnreadableEntry)) throw cause
    onUnreadable(new UnreadableItem(subject, `entry ${cause.number} of its chain`))
    return []
  })
}
