import { z } from 'zod'
import type { ChangeRecord, IncidentStore } from '../../ports/stores.ts'
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

/** Exports the record as lines of JSON, one chain after the other. */
export function exportRecord(format: ExportFormat, ports: ExportPorts): AsyncGenerator<string> {
  return format === 'ndjson' ? entriesOf(ports) : eventsOf(ports)
}

async function* entriesOf({ record }: ExportPorts): AsyncGenerator<string> {
  const subjects: string[] = []
  for await (const subject of record.subjects()) subjects.push(subject)
  for (const subject of subjects.sort()) for (const change of await record.list(subject)) yield JSON.stringify(change)
}

async function* eventsOf({ record, incidents }: ExportPorts): AsyncGenerator<string> {
  for await (const incident of incidents.listAll()) {
    yield JSON.stringify(detectionFinding(incident))
    const [signals, changes] = await Promise.all([incidents.signals(incident.id), record.list(incidentSubject(incident.id))])
    for (const signal of signals) yield JSON.stringify(apiActivity(signal, incident))
    for (const change of changes) {
      const event = stepActivity(change, incident)
      if (event !== undefined) yield JSON.stringify(event)
    }
  }
}
