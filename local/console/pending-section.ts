import { html } from 'hono/html'
import { isApprovable, pendingOf } from '../../shared/contain/pending.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { commandOn } from '../command-name.ts'
import { type Markup, shown } from '../page/document.ts'
import type { Room } from './frame.ts'
import { typedLine } from './typed-line.ts'

/** What a person has to do, for the page of an incident; empty where nothing is left. */
export function pendingIn(incident: Incident, room: Room): Markup | '' {
  const lines = pendingOf(incident)
  if (lines.length === 0) return ''
  return html`<section class="note ask" aria-labelledby="pending"><h2 id="pending">For a person to do</h2><ul>${lines.map((line) => html`<li>${typedLine(line, room, 300)}</li>`)}</ul>
${hasUndoable(incident) ? html`<p class="faint">Where the responder can do it: <code>${shown(commandOn(room, `approve ${incident.id}`, '--change "…" --reason "…"'), 300)}</code></p>` : ''}</section>`
}

/** True where the incident changed something that the responder sets back as soon as a person approves it. */
function hasUndoable(incident: Incident): boolean {
  return incident.lineage.some((edge) => isApprovable(incident, edge))
}
