import { html } from 'hono/html'
import { z } from 'zod'
import type { Incident } from '../../shared/domain/incident.ts'
import { offeredFor } from '../../shared/domain/offered.ts'
import { type Policy, ReviewKind } from '../../shared/domain/policy.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import type { Markup } from '../page/document.ts'

/** What the form sends. `revision` binds it to what the reviewer saw. */
export const SaidForm = z.strictObject({
  kind: ReviewKind,
  reason: z.string().trim().min(1, 'a verdict needs a reason').max(500, 'a reason has 500 characters at most'),
  /** Only of `extend`; the form has the field whatever is pressed. */
  hours: z.coerce.number().int().min(1).max(720).optional(),
  revision: z.string().regex(/^[0-9a-f]{16}$/, 'this is not a form of the console'),
})
export type SaidForm = z.infer<typeof SaidForm>

const LABELS: Readonly<Record<ReviewKind, { readonly label: string; readonly colour: string; readonly does: string }>> = {
  legitimate: {
    label: 'Release',
    colour: 'good',
    does: 'It was legitimate: what was contained is given back exactly, and held free for a while.',
  },
  compromised: {
    label: 'Confirm compromise',
    colour: 'bad',
    does: 'It was an attack: what was contained stays so, and the incident is closed.',
  },
  extend: { label: 'Need more time', colour: '', does: 'It stays as it is; for so many hours nobody is reminded, and it does not expire.' },
  contain: { label: 'Contain now', colour: 'bad', does: 'Contain it, whatever the mode of its tier. Protection and the breaker hold.' },
}

/** How much time a reviewer can ask for, in hours. */
const HOURS = [1, 2, 4, 8, 12, 24, 48, 72]

/** A choice and not a field to type into: Enter in such a field presses the first button of the form, and that releases. */
function hoursOf(most: number): Markup {
  const choices = [...HOURS.filter((hours) => hours < most), most]
  const usual = choices.findLast((hours) => hours <= 8)
  return html`<label for="hours">for</label>
<select id="hours" name="hours">${choices.map((hours) => html`<option value="${hours}"${hours === usual ? ' selected' : ''}>${hours === 1 ? '1 hour' : `${hours} hours`}</option>`)}</select>`
}

/** The buttons that fit the incident as it stands, with one reason for whichever is pressed. */
export function verdictForm(
  incident: Incident,
  { review: { maxExtensionHours } }: Pick<Policy, 'review'>,
  { base, caller }: { base: string; caller: string },
): Markup {
  const offered = offeredFor(incident)
  if (offered.length === 0) return html``
  return html`<section class="card" aria-labelledby="verdict"><h2 id="verdict">Your verdict</h2>
<form method="post" action="${base}/incidents/${incident.id}/verdict">
<input type="hidden" name="revision" value="${revisionOf(incident)}">
<label for="reason">Why (for the record, as ${caller})</label>
<textarea id="reason" name="reason" rows="2" maxlength="500" required></textarea>
<dl class="facts">${offered.map((kind) => html`<dt>${LABELS[kind].label}</dt><dd>${LABELS[kind].does}</dd>`)}</dl>
<div class="verdicts">${offered.map((kind) => html`<button class="${LABELS[kind].colour}" name="kind" value="${kind}">${LABELS[kind].label}</button>`)}
${offered.includes('extend') ? hoursOf(maxExtensionHours) : ''}</div>
</form></section>`
}
