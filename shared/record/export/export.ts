import * as z from 'zod'
import type { Change } from '../../domain/change.ts'
import type { Incident } from '../../domain/incident.ts'
import { UnreadableEntry, UnreadableItem } from '../../errors.ts'
import type { ChangeRecord, IncidentStore, OnUnreadable } from '../../ports/stores.ts'
import { incidentSubject } from '../append.ts'
import { chainsBeside, wholeOf } from '../archived.ts'
import { detectionFinding, stepActivity } from './ocsf.ts'
import { timelineEvent } from './ocsf-report.ts'

/** `ndjson`: every entry of every chain as stored. `ocsf`: incidents, their calls and reports, and the containment steps, as OCSF events. */
export const ExportFormat = z.enum(['ndjson', 'ocsf'])
export type ExportFormat = z.infer<typeof ExportFormat>

/** What an export reads. */
export interface ExportPorts {
  readonly record: ChangeRecord
  readonly incidents: Pick<IncidentStore, 'get' | 'listAll' | 'signals'>
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
  const listed = new Set(subjects)
  for (const subject of subjects.sort()) {
    const changes = await chainOf(subject, record, onUnreadable)
    for (const change of changes) yield JSON.stringify(change)
    // The chains that are archived with it are in no list.
    for (const beside of chainsBeside(changes))
      if (!listed.has(beside)) for (const change of await chainOf(beside, record, onUnreadable)) yield JSON.stringify(change)
  }
}

async function* eventsOf({ record, incidents }: ExportPorts, onUnreadable?: OnUnreadable): AsyncGenerator<string> {
  for await (const listed of incidents.listAll(onUnreadable)) {
    const incident = await wholeOrTold(listed, incidents, onUnreadable)
    if (incident === undefined) continue
    yield JSON.stringify(detectionFinding(incident))
    const [signals, changes] = await Promise.all([
      incidents.signals(incident.id, onUnreadable),
      chainOf(incidentSubject(incident.id), record, onUnreadable),
    ])
    for (const signal of signals) yield JSON.stringify(timelineEvent(signal, incident))
    for (const change of changes) {
      const event = stepActivity(change, incident)
      if (event !== undefined) yield JSON.stringify(event)
    }
  }
}

async function wholeOrTold(
  listed: Incident,
  incidents: ExportPorts['incidents'],
  onUnreadable: OnUnreadable | undefined,
): Promise<Incident | undefined> {
  return wholeOf(listed, incidents).catch((cause: unknown) => {
    if (onUnreadable === undefined || !(cause instanceof UnreadableItem)) throw cause
    onUnreadable(cause)
    return undefined
  })
}

async function chainOf(subject: string, record: ChangeRecord, onUnreadable?: OnUnreadable): Promise<readonly Change[]> {
  return record.list(subject).catch((cause: unknown) => {
    if (onUnreadable === undefined || !(cause instanceof UnreadableEntry)) throw cause
    onUnreadable(new UnreadableItem(subject, `entry ${cause.number} of its chain`))
    return []
  })
}
