import { html } from 'hono/html'
import { ASSIGNEE_LIMIT, assigneeText, NOBODY } from '../../shared/domain/assignment.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import type { Markup } from '../page/document.ts'

/** The most names in the list of choices, most incidents first. */
const NAMES = 50

/** True where an incident is assigned to whom the query names: a name, `nobody`, or the empty text for anybody. */
export function isAssignedTo({ assignment }: Pick<Incident, 'assignment'>, asked: string): boolean {
  return asked === '' || assigneeText(assignment) === asked
}

/** The choice of an assignee, among those that there are. */
export function assigneeChoice(incidents: readonly Incident[], asked: string): Markup {
  const counts = new Map<string, number>()
  for (const { assignment } of incidents) {
    const name = assigneeText(assignment)
    if (name !== NOBODY) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const names = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, NAMES)
  // What is asked for stays chosen, also where no incident is like that any more.
  const choices = [
    NOBODY,
    ...new Set([...names.map(([name]) => name), ...(asked === '' || asked === NOBODY ? [] : [asked.slice(0, ASSIGNEE_LIMIT)])]),
  ]
  return html`<div><label for="assignee">Assigned to</label>
<select id="assignee" name="assignee"><option value="">anybody</option>${choices.map((name) => html`<option value="${name}"${name === asked ? html` selected` : ''}>${name}</option>`)}</select></div>
`
}
