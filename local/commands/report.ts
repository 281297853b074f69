import { html } from 'hono/html'
import { shortAssignee } from '../../shared/domain/assignment.ts'
import { type Incident, isClosed } from '../../shared/domain/incident.ts'
import { reasonsOf } from '../../shared/domain/reasons.ts'
import { timeGiven } from '../../shared/domain/record-time.ts'
import { runbookLine } from '../../shared/domain/runbook.ts'
import { plainText } from '../../shared/domain/story/said.ts'
import { storyOf } from '../../shared/domain/story/story.ts'
import { DAY_MS } from '../../shared/domain/time.ts'
import { ResponderError } from '../../shared/errors.ts'
import type { Measures, Period } from '../../shared/learn/measure/measure.ts'
import { measured } from '../measured.ts'
import { type Markup, shown, standAlone, table } from '../page/document.ts'
import {
  detectorsSection,
  functionsSection,
  lengthOf,
  measureFigures,
  policySection,
  precisionSection,
  timesSection,
} from '../page/measures.ts'
import { moment } from '../render/style.ts'
import type { Target } from '../target.ts'
import { tellUnreadable } from '../tell-unreadable.ts'
import { writeOut } from '../write-out.ts'

/** The most incidents of the table; the figures count all of them. */
const LISTED = 500

/** Reports a period as a self-contained page or one JSON object. Returns what to print. */
export async function report(
  target: Target,
  { period, out, isJson }: { period: Period; out: string | undefined; isJson: boolean },
): Promise<string> {
  if (out === undefined && !isJson) throw new ResponderError('usage', 'give --out report.html for a page, or --json for one JSON object')
  const measures = await measured(target, period, tellUnreadable)
  if (out !== undefined) await writeOut(out, await reportPage(measures, target.name))
  if (isJson) {
    const { incidents, ...rest } = measures
    return JSON.stringify({ ...rest, incidents: incidents.map(({ id }) => id) })
  }
  return `${summaryOf(measures)}\nWritten to ${out}.`
}

/** A point in time as people give it: days back such as \`30d\`, or ISO 8601. Epoch milliseconds. */
export function sinceOf(text: string, now: number): number {
  const [, days] = text.match(/^(\d{1,4})d$/) ?? []
  const time = days === undefined ? timeGiven(text) : now - Number(days) * DAY_MS
  if (time === undefined)
    throw new ResponderError('usage', `give a number of days such as 30d, or a time in ISO 8601; got "${shown(text, 60)}"`)
  return time
}

function reportPage(measures: Measures, name: string): Promise<string> {
  const { period, incidents } = measures
  const open = incidents.filter((incident) => !isClosed(incident))
  const from = moment(period.since).slice(0, 16)
  const to = moment(period.until).slice(0, 16)
  const body = html`<h1>Countersign: ${from} to ${to} UTC</h1><p class="faint">${shown(name)}</p>
<p class="lead">${summaryOf(measures)}</p>${measureFigures(measures)}
<section aria-labelledby="open"><h2 id="open">Still open</h2>${open.length === 0 ? html`<p>Nothing.</p>` : incidentTable(open, 'Open incidents, highest priority first')}</section>
${timesSection(measures)}${precisionSection(measures)}${functionsSection(measures.functions)}${detectorsSection(measures.detectors)}${policySection(measures)}
<section aria-labelledby="incidents"><h2 id="incidents">Incidents</h2>${
    incidents.length === 0
      ? html`<p>None was opened.</p>`
      : incidentTable(incidents.slice(0, LISTED), 'All that were opened, highest priority first')
  }${incidents.length > LISTED ? html`<p>The ${LISTED} of highest priority of ${incidents.length} are listed.</p>` : ''}</section>
<p class="faint">An incident belongs to the period in which it was opened. The figures come from the incidents and the record; <code>countersign changes verify</code> checks the record.</p>`
  return standAlone(`Countersign, ${from} to ${to}`, body)
}

function summaryOf({ incidents, open, times, precision }: Measures): string {
  if (incidents.length === 0) return 'No incident was opened.'
  const contained =
    times.contain.count === 0
      ? 'none was contained'
      : `${times.contain.count} contained, in ${lengthOf(times.contain.median)} in the median after the deciding event`
  const { answered, compromised } = precision.all
  const reviewed = answered === 0 ? 'no person has answered one' : `people answered ${answered}, ${compromised} of them as compromises`
  return `${incidents.length} ${incidents.length === 1 ? 'incident was' : 'incidents were'} opened, ${open} still open; ${contained}; ${reviewed}.`
}

function incidentTable(incidents: readonly Incident[], caption: string): Markup {
  const isAssigned = incidents.some(({ assignment }) => typeof assignment?.to === 'string')
  const columns = [
    { name: 'Priority', kind: 'number' },
    { name: 'State' },
    { name: 'What', kind: 'wide' },
    { name: 'Risk', kind: 'number' },
    { name: 'First reason', kind: 'wide' },
    { name: 'Opened (UTC)', kind: 'time' },
    ...(isAssigned ? [{ name: 'Assigned' }] : []),
    { name: 'Verdict', kind: 'wide' },
    { name: 'Incident' },
  ] as const
  const rows = incidents.map((incident) => {
    const { priority, state, assessment, openedAt, verdict, id } = incident
    return [
      priority,
      state,
      shown(plainText(storyOf({ incident }).headline), 200),
      assessment.risk,
      firstReason(incident),
      moment(openedAt).slice(0, 16),
      ...(isAssigned ? [shortAssignee(incident.assignment, 40)] : []),
      verdict === undefined ? '' : `${verdict.kind} by ${shown(verdict.by, 80)}: ${shown(verdict.reason)}`,
      html`<span class="id">${shown(id, 64)}</span>`,
    ]
  })
  return table(columns, rows, caption)
}

/** The strongest finding, and what to do first about it. */
function firstReason(incident: Incident): Markup | string {
  const [first] = reasonsOf(incident).contributions
  if (first === undefined) return ''
  const { title, detector } = first.finding
  return html`${shown(title)}${runbookLine(detector).map((line) => html`<br><span class="faint">${line}</span>`)}`
}
