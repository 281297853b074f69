import { counted } from '../../shared/domain/counted.ts'
import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { printable } from '../../shared/domain/printable.ts'
import { callsRefused, refusedAfter, refusingAction } from '../../shared/domain/reasons.ts'
import { fromText, reportedIn } from '../../shared/domain/report-lines.ts'
import { leftOutText } from '../../shared/domain/timeline.ts'
import { moment, type Paint } from './style.ts'
import { type Column, table } from './table.ts'

/** The most timeline rows that are printed; `--json` gives all. */
const TIMELINE_ROWS = 25

const COLUMNS: readonly Column[] = [{}, { isText: true }, { isText: true }, { isText: true }, {}, { isText: true, least: 20 }]

/** The signals of the incident's timeline, one a line. */
export function renderTimeline(incident: Incident, signals: readonly IncidentSignal[], paint: Paint, width?: number): string {
  const rows = signals
    .slice(0, TIMELINE_ROWS)
    .map((signal) => [
      moment(signal.time),
      printable(reportedIn(signal, incident) ?? signal.action, 70),
      signal.outcome === 'success' ? '' : printable(signal.errorCode ?? signal.outcome, 40),
      printable(fromText(signal), 50),
      `risk ${signal.risk}`,
      signal.detectors.join(' '),
    ])
  const more = signals.length > TIMELINE_ROWS ? `\n  … ${signals.length - TIMELINE_ROWS} more (--json shows all)` : ''
  const leftOut = leftOutText(signals)
  const unkept = leftOut === undefined ? '' : `\n  … ${printable(leftOut, 400)}`
  const refused = refusedAfter(incident, signals)
  const after = refused === 0 ? '' : `; after the ${refusingAction(incident)}: ${callsRefused(refused)}`
  const count = `${leftOut === undefined ? '' : 'kept: '}${counted(signals.length, 'signal')}`
  const isMoved = incident.assessment.opinion?.kind === 'answered' && incident.assessment.opinion.shift !== 0
  const basis = isMoved ? '; risk by the findings, without the advisor' : ''
  return `${paint('bold', 'Timeline')} (UTC, ${count}${after}${basis})\n${table(COLUMNS, rows, { width, indent: 2 })}${more}${unkept}`
}
