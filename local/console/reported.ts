import { html } from 'hono/html'
import { counted } from '../../shared/domain/counted.ts'
import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { fromText, reportedIn, reportLines } from '../../shared/domain/report-lines.ts'
import type { SameFinding } from '../../shared/domain/same-finding.ts'
import { type Markup, shown } from '../page/document.ts'
import { moment } from '../render/style.ts'
import { fold } from './fold.ts'
import type { Run } from './runs.ts'

/** The most other incidents of the same report that are listed. */
const SAME = 20

/** Who reported what when, and what the credential did meanwhile; nothing where nobody did. */
export function reportedSection(
  incident: Incident,
  signals: readonly IncidentSignal[],
  { same, base }: { readonly same: readonly SameFinding[]; readonly base: string },
): Markup | '' {
  const lines = reportLines(incident, signals)
  if (lines === undefined) return ''
  const { reported, used } = lines
  const others = same
    .slice(0, SAME)
    .map(
      ({ incident: { id, identity, state }, what }) =>
        html`<li>the same report (${shown(what, 300)}) is also in <a href="${base}/incidents/${id}">incident ${id}</a>: ${identity.kind} ${shown(identity.name, 64)}, ${state}</li>`,
    )
  const rest = same.length > SAME ? html`<li>… and in ${same.length - SAME} more incidents</li>` : ''
  return fold(
    { id: 'reported', title: 'Who reported it', says: counted(reported.length, 'report') },
    html`<ul>${[...reported, ...used].map((line) => html`<li>${shown(line, 500)}</li>`)}${others}${rest}</ul>`,
  )
}

/** The most objects that a row names. */
const OBJECTS = 5

function objectsText(objects: readonly string[]): Markup | '' {
  if (objects.length === 0) return ''
  const more = objects.length > OBJECTS ? ` and ${objects.length - OBJECTS} more` : ''
  return html` <span class="faint id">${shown(objects.slice(0, OBJECTS).join(', '), 300)}${more}</span>`
}

/** A row of the timeline: a call, a run of like ones, or a report. A report is no call: it comes from no address, by no tool, and has no outcome. */
export function timelineRow({ first: signal, last, count, risk, objects }: Run, incident: Incident) {
  const { time, action, outcome, errorCode, agentFamily, region, detectors } = signal
  const said = reportedIn(signal, incident)
  const call = [outcome === 'success' ? 'success' : shown(errorCode ?? outcome, 60), shown(fromText(signal), 60), shown(agentFamily, 40)]
  return [
    count === 1 ? moment(time) : `${moment(time)} to ${moment(last.time).slice(11)}`,
    said === undefined
      ? html`<span class="id">${shown(action, 100)}</span>${count === 1 ? '' : ` ${count} times`}${objectsText(objects)}`
      : shown(said, 300),
    ...(said === undefined ? call : ['', '', '']),
    shown(region, 20),
    risk,
    shown(detectors.join(', ')),
  ]
}
