import { html } from 'hono/html'
import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { fromText, reportedIn, reportLines } from '../../shared/domain/report-lines.ts'
import type { SameFinding } from '../../shared/domain/same-finding.ts'
import { type Markup, shown } from '../page/document.ts'
import { moment } from '../render/style.ts'

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
  return html`<section aria-labelledby="reported"><h2 id="reported">Who reported it</h2><ul>${[...reported, ...used].map((line) => html`<li>${shown(line, 500)}</li>`)}${others}${rest}</ul></section>
`
}

/** A row of the timeline. A report is no call: it comes from no address, by no tool, and has no outcome. */
export function timelineRow(signal: IncidentSignal, incident: Incident) {
  const { time, action, outcome, errorCode, agentFamily, region, risk, detectors } = signal
  const said = reportedIn(signal, incident)
  const call = [outcome === 'success' ? 'success' : shown(errorCode ?? outcome, 60), shown(fromText(signal), 60), shown(agentFamily, 40)]
  return [
    moment(time),
    said === undefined ? html`<span class="id">${shown(action, 100)}</span>` : shown(said, 300),
    ...(said === undefined ? call : ['', '', '']),
    shown(region, 20),
    risk,
    shown(detectors.join(', ')),
  ]
}
