import { html } from 'hono/html'
import { shortAssignee } from '../../shared/domain/assignment.ts'
import { whyNotDismissable } from '../../shared/domain/dismissable.ts'
import { type Incident, IncidentState, isClosed } from '../../shared/domain/incident.ts'
import { reasonsOf } from '../../shared/domain/reasons.ts'
import { DISMISS_LIMIT } from '../dismiss-each.ts'
import { figures, type Markup, shown, table } from '../page/document.ts'
import { whoIn } from '../render/incident-list.ts'
import { moment } from '../render/style.ts'
import { assigneeChoice } from './assignee-filter.ts'
import { dismissForm, tickBox } from './dismiss-pages.ts'
import { type Page, type Room, stateBadge } from './frame.ts'
import { addressOf, type IncidentsQuery, matching, ORDERS } from './incidents-query.ts'
import { stampOf } from './stamp.ts'

/** The most incidents on the page. */
export const LISTED = 200

/** What the list of incidents shows. */
export interface Listed {
  readonly incidents: readonly Incident[]
  readonly query: IncidentsQuery
  /** The policy's mode, or that it is overridden. */
  readonly mode: string
}

/** The list of incidents by priority, so that the most urgent is first. */
export function incidentsPage({ incidents, query, mode }: Listed, room: Room): Page {
  const { base } = room
  const isAll = query.all === '1'
  const found = matching(incidents, query)
  const listed = found.slice(0, LISTED)
  const open = incidents.filter((incident) => !isClosed(incident))
  const count = (...states: string[]) => open.filter(({ state }) => states.includes(state)).length
  const body = html`${figures([
    ['Contained', count('contained'), 'to release or confirm'],
    ['Restricted', count('restricted'), 'to be decided'],
    ['Asking', count('asking'), 'to be decided'],
    ['In progress', count('restricting', 'containing', 'releasing', 'rotating'), 'restricting, containing, releasing, rotating'],
    ['Watching', count('watching'), 'nobody is asked, by evidence or mode'],
    ['Mode', mode, 'of the policy'],
  ])}${formOf(query, incidents, base)}${
    listed.length === 0
      ? html`<p>${incidents.length > 0 ? 'No incident is like that.' : isAll ? 'There is no incident.' : 'No incident is open: there is nothing to decide.'}</p>`
      : listOf(listed, query, room)
  }${found.length > LISTED || incidents.length === LISTED ? html`<p class="note">Only the first ${LISTED} are shown.</p>` : ''}${
    !room.isReadOnly && listed.some((incident) => whyNotDismissable(incident) === undefined)
      ? dismissForm(room, `${base}/?${addressOf({ ...query, ticked: '1' })}`)
      : ''
  }<p>${isAll ? html`<a href="${base}/">Only open incidents</a>` : html`<a href="${base}/?all=1">Closed incidents too</a>`}</p>`
  return {
    title: isAll ? 'All incidents' : 'Open incidents',
    body,
    ...(isAll ? {} : { pulse: { path: '/pulse', stamp: stampOf(incidents) } }),
  }
}

/** Looks for incidents by words, state, assignee and order, in the address of the page: a link shows the same list to somebody else. */
function formOf({ q, state, assignee, order, all }: IncidentsQuery, incidents: readonly Incident[], base: string): Markup {
  const chosen = (isIt: boolean) => (isIt ? html` selected` : '')
  return html`<form class="line" method="get" action="${base}/" role="search" aria-label="Incidents"><div><label for="q">Who, credential, finding or id</label>
<input id="q" name="q" type="search" maxlength="200" value="${shown(q)}"></div><div><label for="state">State</label>
<select id="state" name="state"><option value="">any</option>${IncidentState.options.map((one) => html`<option${chosen(one === state)}>${one}</option>`)}</select></div>
${assigneeChoice(incidents, assignee)}<div><label for="order">Order</label><select id="order" name="order">${ORDERS.map((one) => html`<option${chosen(one === order)}>${one}</option>`)}</select></div>
${all === '' ? '' : html`<input type="hidden" name="all" value="1">`}<button>Show</button></form>`
}

function listOf(incidents: readonly Incident[], { ticked }: IncidentsQuery, { base, isReadOnly }: Room): Markup {
  const able = incidents.filter((incident) => !isReadOnly && whyNotDismissable(incident) === undefined)
  const isTicked = new Set(ticked === '1' ? able.slice(0, DISMISS_LIMIT).map(({ id }) => id) : [])
  const isAssigned = incidents.some(({ assignment }) => typeof assignment?.to === 'string')
  const isOwned = incidents.some(({ owner }) => owner !== undefined)
  const columns = [
    ...(able.length === 0 ? [] : [{ name: 'Dismiss' }]),
    { name: 'Priority', kind: 'number' },
    { name: 'State' },
    { name: 'Who' },
    ...(isOwned ? [{ name: 'Owner' }] : []),
    ...(isAssigned ? [{ name: 'Assigned' }] : []),
    { name: 'Risk', kind: 'number' },
    { name: 'First reason', kind: 'wide' },
    { name: 'Since (UTC)', kind: 'time' },
    { name: 'Incident' },
  ] as const
  const who = whoIn(incidents)
  const rows = incidents.map((incident) => {
    const { id, priority, identity, assessment, openedAt } = incident
    return [
      ...(able.length === 0 ? [] : [tickBox(incident, who(incident), isTicked.has(id))]),
      priority,
      stateBadge(incident),
      html`<a href="${base}/incidents/${encodeURIComponent(id)}">${identity.kind} ${shown(who(incident), 80)}</a>`,
      ...(isOwned ? [shown(incident.owner ?? '', 40)] : []),
      ...(isAssigned ? [shortAssignee(incident.assignment, 40)] : []),
      assessment.risk,
      shown(reasonsOf(incident).contributions[0]?.finding.title ?? ''),
      moment(openedAt).slice(0, 16),
      html`<span class="id">${id}</span>`,
    ]
  })
  return table(columns, rows, 'Incidents')
}
