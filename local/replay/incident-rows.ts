import type { Incident } from '../../shared/domain/incident.ts'
import { printable } from '../../shared/domain/printable.ts'
import { reasonsOf } from '../../shared/domain/reasons.ts'
import { whoIn } from '../render/incident-list.ts'
import { moment } from '../render/style.ts'
import { type Column, table } from '../render/table.ts'

/** The columns of the table of incidents. */
const INCIDENT_COLUMNS = ['WHO', 'WOULD', 'WHEN', 'FIRST REASON'] as const

/** The longest name and reason that are printed. */
const WHO_CHARACTERS = 112
const REASON_CHARACTERS = 300

/** Nothing is left out: who, what and why are the result, and when is what a reader looks for in the log. */
const COLUMNS: readonly Column[] = INCIDENT_COLUMNS.map((name) => ({
  name,
  ...(name === 'WHO' || name === 'FIRST REASON' ? { isText: true, least: 24 } : {}),
}))

/** An incident in one row: who, what the evidence calls for, since when it does, and the reason that weighs most. */
export function incidentRow({ decision, decidedBy, ...incident }: Incident, who: string): [string, string, string, string] {
  const first = reasonsOf({ decision, decidedBy, ...incident }).contributions[0]?.finding
  const reason = first === undefined ? '' : printable(`${first.title}: ${first.reason}`, REASON_CHARACTERS)
  return [printable(who, WHO_CHARACTERS), decision.would, moment(decidedBy.time), reason]
}

/** The incidents as a table. `width` is that of the terminal; where there is none, each incident is one line. */
export function incidentTable(found: readonly Incident[], width: number | undefined): string {
  const who = whoIn(found)
  const rows = found.map((incident) => incidentRow(incident, who(incident)))
  return table(COLUMNS, rows, { width })
}
