import { html } from 'hono/html'
import * as z from 'zod'
import { whyNotDismissable } from '../../shared/domain/dismissable.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { commandOn } from '../command-name.ts'
import { acceptedInAll, DISMISS_LIMIT, type Dismissed, type LookedAt } from '../dismiss-each.ts'
import { type Markup, shown, table } from '../page/document.ts'
import { changeForm } from './change-form.ts'
import { incidentLink, type Page, type Room } from './frame.ts'
import { ReasonField, reasonAsked } from './reason-field.ts'

/** One value or several of the same name, as forms send them. */
const several = (one: z.ZodString) => z.union([z.array(one), one.transform((only) => [only])]).default([])

const Id = z.string().regex(/^[\w-]{1,64}$/, 'is no id of an incident')

/** The form below the list: which incidents, and why. */
export const PickForm = z.strictObject({ pick: several(Id), reason: ReasonField })

/** The form of the page that asks once more: each incident with the revision of it that the page showed. */
export const DismissForm = z.strictObject({
  pick: several(z.string().regex(/^[\w-]{1,64}:[0-9a-f]{16}$/, 'open the list again and use its form')),
  reason: ReasonField,
})

/** The tick box of an incident in the list; nothing where it cannot be dismissed. It belongs to the form below the list. */
export function tickBox(incident: Incident, who: string, isTicked: boolean): Markup | '' {
  if (whyNotDismissable(incident) !== undefined) return ''
  return html`<input type="checkbox" name="pick" value="${incident.id}" form="dismiss" aria-label="Dismiss ${incident.id}, ${shown(who, 80)}"${isTicked ? html` checked` : ''}>`
}

/** The form below the list that dismisses what is ticked. */
export function dismissForm(room: Room, tickAll: string): Markup {
  const { base, caller } = room
  const fields = html`<label for="why">Why (for the record of each, as ${shown(caller, 120)})</label>
<textarea id="why" name="reason" rows="2" maxlength="500" required></textarea><div class="verdicts"><button>Dismiss what is ticked …</button></div>`
  return html`<section class="card" aria-labelledby="dismissal"><h2 id="dismissal">Dismiss several</h2>
<p>Tick incidents that were legitimate, up to ${DISMISS_LIMIT} at once. Only those of which nothing was contained or restricted have a tick box. A page asks once more, before anything is done. <a href="${tickAll}">Tick all of them</a></p>
${changeForm(room, { action: `${base}/dismiss`, id: 'dismiss' }, fields)}</section>`
}

/** The page that asks once more: each incident in words, those together to which the same happens, and those that cannot be dismissed. */
export function askPage(looked: readonly LookedAt[], reason: string, room: Room): Page {
  const { base } = room
  const able = looked.filter((one) => one.kind === 'dismissable')
  const refused = looked.filter((one) => one.kind === 'refused')
  const effects = [...new Set(able.map(({ does }) => does))]
  const ask =
    able.length === 0
      ? ''
      : changeForm(
          room,
          { action: `${base}/dismiss/given` },
          html`${able.map(({ incident, revision }) => html`<input type="hidden" name="pick" value="${incident.id}:${revision}">`)}
${reasonAsked(reason, room.caller)}<div class="verdicts"><button class="${able.some((one) => one.isHighRisk) ? '' : 'good'}">Dismiss ${able.length === 1 ? 'this incident' : `these ${able.length} incidents`}</button></div>`,
        )
  return {
    title: able.length === 1 ? 'Dismiss 1 incident?' : `Dismiss ${able.length} incidents?`,
    body: html`<p class="note ask" role="alert"><strong>Not done yet.</strong> ${able.length === 0 ? 'None of these can be dismissed.' : 'Each is dismissed by itself, with a verdict “legitimate” in its own record. One that changes meanwhile is left as it is.'}</p>
${effects.map((does) =>
  groupOf(
    able.filter((one) => one.does === does),
    does,
    base,
  ),
)}
${refused.length === 0 ? '' : html`<h2>Not dismissed</h2>${refusedTable(refused, base)}`}${ask}<p><a href="${base}/">Back to the incidents</a></p>`,
  }
}

function groupOf(all: readonly Extract<LookedAt, { kind: 'dismissable' }>[], does: string, base: string): Markup {
  const rows = all.map(({ incident, says }) => [incidentLink(base, incident.id), shown(says, 500)])
  return html`${table([{ name: 'Incident' }, { name: 'What it is', kind: 'wide' }], rows, `To be dismissed: ${all.length}`)}<p><strong>What happens:</strong> ${shown(does, 700)}</p>`
}

function refusedTable(refused: readonly Extract<LookedAt, { kind: 'refused' }>[], base: string): Markup {
  const rows = refused.map(({ id, why }) => [incidentLink(base, id), shown(why, 400)])
  return table([{ name: 'Incident' }, { name: 'Why not', kind: 'wide' }], rows, 'Cannot be dismissed')
}

/** What became of each. */
export function resultPage(results: readonly Dismissed[], room: Room): Page {
  const { base } = room
  const count = (outcome: Dismissed['outcome']) => results.filter((one) => one.outcome === outcome).length
  const [done, second, refused] = [count('dismissed'), count('second'), count('refused')]
  const parts = [
    `${done} dismissed`,
    ...(second > 0 ? [`${second} noted for a second person`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
  ]
  const rows = results.map(({ id, who, outcome, why }) => [
    incidentLink(base, id),
    shown(who ?? '', 80),
    html`<span class="badge ${outcome === 'dismissed' ? 'good' : 'ask'}">${WORDS[outcome]}</span>`,
    shown(why, 400),
  ])
  const again = refused === 0 ? '' : html`<p>Open each of those that were refused, look at it, and decide about it by itself.</p>`
  return {
    title: `Dismissed: ${done} of ${results.length}`,
    body: html`<p class="note ${refused + second === 0 ? 'good' : 'ask'}" role="status">${parts.join(', ')}.</p>${acceptedIn(results, room)}
${table([{ name: 'Incident' }, { name: 'Who' }, { name: 'Result' }, { name: 'Why', kind: 'wide' }], rows, 'What became of each')}${again}<p><a href="${base}/">Back to the incidents</a></p>`,
  }
}

/** What was accepted in all, where it stands, and the command that lists it. */
function acceptedIn(results: readonly Dismissed[], room: Room): Markup | '' {
  const accepted = acceptedInAll(results)
  if (accepted === undefined) return ''
  const { says, lists } = accepted
  if (lists === undefined) return html`<p>${says}</p>`
  return html`<p>${says} <a href="${room.base}/patterns">Accepted</a> ${lists} a form that revokes it; so does <code>${shown(commandOn(room, 'patterns'), 300)}</code>.</p>`
}

const WORDS: Readonly<Record<Dismissed['outcome'], string>> = {
  dismissed: 'dismissed',
  second: 'waits for a second person',
  refused: 'refused',
}
