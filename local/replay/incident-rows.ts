import type { Incident } from '../../shared/domain/incident.ts'
import { reasonsOf } from '../../shared/domain/reasons.ts'
import { printable } from '../../shared/record/notice.ts'
import { whoIn } from '../render/incident.ts'
import { columns, moment } from '../render/style.ts'

/** The columns of the table of incidents. */
export const INCIDENT_COLUMNS = ['WHO', 'WOULD', 'WHEN', 'FIRST REASON'] as const

/** The longest name and reason that are printed. */
const WHO_CHARACTERS = 56
const REASON_CHARACTERS = 300

/** A reason is folded in a column of its own where that has at least this width, and below its line where it has not. */
const FOLDED_COLUMNS = 24

const GAP = 2

/** An incident in one row: who, what the evidence calls for, since when it does, and the reason that weighs most. */
export function incidentRow({ decision, decidedBy, ...incident }: Incident, who: string): [string, string, string, string] {
  const first = reasonsOf({ decision, decidedBy, ...incident }).contributions[0]?.finding
  const reason = first === undefined ? '' : printable(`${first.title}: ${first.reason}`, REASON_CHARACTERS)
  return [printable(who, WHO_CHARACTERS), decision.would, moment(decidedBy.time), reason]
}

/** The incidents as a table. `width` is that of the terminal; where there is none, each incident is one line. */
export function incidentTable(found: readonly Incident[], width: number | undefined): string {
  const who = whoIn(found)
  const rows = [[...INCIDENT_COLUMNS], ...found.map((incident) => incidentRow(incident, who(incident)))]
  if (width === undefined) return columns(rows)
  const heads = columns(rows.map((row) => row.slice(0, -1))).split('\n')
  const indent = Math.max(...heads.map(({ length }) => length)) + GAP
  const isBeside = width - indent >= FOLDED_COLUMNS
  return rows
    .flatMap((row, at) => {
      const head = heads[at] ?? ''
      const reason = row.at(-1) ?? ''
      if (isBeside) return beside(head, folded(reason, width - indent), indent)
      return [head, ...folded(reason, width - GAP).map((line) => ' '.repeat(GAP) + line)]
    })
    .join('\n')
}

function beside(head: string, [first = '', ...more]: readonly string[], indent: number): string[] {
  return [`${head.padEnd(indent)}${first}`.trimEnd(), ...more.map((line) => ' '.repeat(indent) + line)]
}

/** A text in lines of at most so many characters, between words where that is possible. */
function folded(text: string, width: number): string[] {
  const most = Math.max(1, width)
  const lines: string[] = []
  for (let rest = text; rest !== ''; ) {
    const space = rest.length > most ? rest.lastIndexOf(' ', most) : rest.length
    const end = space > 0 ? space : most
    lines.push(rest.slice(0, end))
    rest = rest.slice(end).trimStart()
  }
  return lines
}
