import { counted } from '../../shared/domain/counted.ts'
import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { printable } from '../../shared/domain/printable.ts'
import type { Backtest } from '../backtest.ts'
import { refusesCalls } from '../refused-by-steps.ts'
import { renderIncident } from '../render/incident.ts'
import { moment, type Paint } from '../render/style.ts'
import { wrapText } from '../render/wrap.ts'
import { incidentTable } from './incident-rows.ts'
import { priceLine, type Report, summaryLines } from './summary.ts'

/** Reads the timeline of an incident. */
export type ReadSignals = (incidentId: string) => Promise<readonly IncidentSignal[]>

/** The most incidents that a report shows whole. */
const WHOLE_INCIDENTS = 3

/** A replay as text: the strongest incidents whole, a table of all, the summary. `width` is that of the terminal. */
export async function renderReport(
  report: Report,
  run: Backtest,
  { paint, width, signalsOf }: { paint: Paint; width: number | undefined; signalsOf: ReadSignals },
): Promise<string> {
  const { found, summary } = report
  if (summary.records === 0 && summary.partial !== true && found.length === 0) return wrapText(nothingRead(report, paint), width)
  const whole: string[] = []
  for (const incident of found.slice(0, WHOLE_INCIDENTS)) {
    const told = renderIncident(incident, paint, {
      options: '',
      signals: await signalsOf(incident.id),
      among: found,
      width,
      isReplay: true,
    })
    whole.push(`${told}\n\n${paint('bold', 'Calls refused')}\n  ${refusalLine(incident, run)}\n`)
  }
  const told = [
    ...whole,
    ...(found.length > 0 ? [incidentTable(found, width), ''] : []),
    paint('bold', 'Summary'),
    ...summaryLines(report, paint).map((line) => `  ${line}`),
  ]
  return wrapText(told.join('\n'), width)
}

/** What was looked for, where nothing was found: figures of nothing would look like a result. */
function nothingRead({ summary: { unreadable }, input: { passedOver } }: Report, paint: Paint): string {
  return [
    paint('yellow', 'Nothing was evaluated: no CloudTrail record and no report of another party was found.'),
    ...(unreadable > 0 ? [`Places that could not be read: ${unreadable}; they are named above.`] : []),
    ...(passedOver.length > 0 ? [`Passed over, being neither: ${passedOver.join(', ')}`] : []),
    'What is read: files of CloudTrail as S3 has them (.json.gz), event history as JSON or CSV, JSON lines, answers of lookup-events, Lake, Athena and CloudWatch Logs,',
    'Parquet of Security Lake, findings of GuardDuty and Security Hub; each plain, in gzip or zstd, in ZIP or tar, or in a folder of such files.',
  ].join('\n')
}

/** The calls that a restriction or containment would have refused, under this policy or under one whose mode allows it. */
export function refusalLine(incident: Incident, run: Backtest): string {
  const { action, would } = incident.decision
  if (!refusesCalls(incident)) return 'the evidence calls for nothing that refuses calls'
  const count = run.refusals.count(incident.id)
  const calls = `${counted(count, 'later call')} of its credentials would have been refused; ${priceLine(run.refusals.priceOf(incident.id))}`
  const at = `${moment(incident.decidedBy.time)} UTC (${printable(incident.decidedBy.signalId, 60)})`
  const done = `${would}ed`
  return action === would
    ? `${done} at ${at}: ${calls}`
    : `not ${done}: the decision says why. Where the policy and the account allow it, it would have been ${done} at ${at}: ${calls}`
}
