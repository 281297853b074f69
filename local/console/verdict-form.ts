import { html } from 'hono/html'
import * as z from 'zod'
import type { Change } from '../../shared/domain/change.ts'
import { counted } from '../../shared/domain/counted.ts'
import type { Incident, IncidentSignal } from '../../shared/domain/incident.ts'
import { offeredFor } from '../../shared/domain/offered.ts'
import { type Policy, ReviewKind } from '../../shared/domain/policy.ts'
import { refusedAfter } from '../../shared/domain/reasons.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { commandWord, labelOf } from '../../shared/domain/story/answers.ts'
import { whatReviewDoes } from '../../shared/review/what-follows.ts'
import { type Markup, shown } from '../page/document.ts'
import { reviewCommand } from '../render/next-commands.ts'
import { buttonColour } from './button-colour.ts'
import { changeForm } from './change-form.ts'
import { AskedKind } from './confirm-page.ts'
import type { Room } from './frame.ts'
import { ReasonField } from './reason-field.ts'

/**
 * The fields of the form of an incident, which has a `kind`, and of the page that asks once more (`confirm-page.ts`), which has `confirms` in its place.
 * `isConfirmed`: the person saw that page. `revision` binds the verdict to what the reviewer saw.
 */
export const SaidForm = z
  .strictObject({
    kind: ReviewKind.optional(),
    confirms: AskedKind.optional(),
    reason: ReasonField,
    /** Used by `extend` only; the form sends it with every verdict. */
    hours: z.coerce.number().int().min(1).max(720).optional(),
    /** The revision of the policy by which the page that asks once more said what the verdict does. */
    policy: z.coerce.number().int().min(0).optional(),
    revision: z.string().regex(/^[0-9a-f]{16}$/, 'open the incident again and use its form'),
  })
  .transform(({ kind, confirms, ...said }, context) => {
    const given = confirms ?? kind
    if (given !== undefined && (kind === undefined || confirms === undefined))
      return { ...said, kind: given, isConfirmed: confirms !== undefined }
    context.addIssue({ code: 'custom', message: 'press one of the buttons of the page' })
    return z.NEVER
  })
export type SaidForm = z.infer<typeof SaidForm>

/** The choices for more time, in hours. */
const HOURS = [1, 2, 4, 8, 12, 24, 48, 72]

/** A list and not a text field: Enter in a text field would press the form's first button, which releases. */
function hoursOf(most: number): Markup {
  const choices = [...HOURS.filter((hours) => hours < most), most]
  const usual = choices.findLast((hours) => hours <= 8)
  return html`<label for="hours">for</label>
<select id="hours" name="hours">${choices.map((hours) => html`<option value="${hours}"${hours === usual ? ' selected' : ''}>${counted(hours, 'hour')}</option>`)}</select>`
}

/** The verdicts that are possible in the incident's state, as buttons with one field for the reason. */
export function verdictForm(
  {
    incident,
    signals,
    changes,
    policy,
  }: {
    incident: Incident
    signals: readonly IncidentSignal[]
    changes: readonly Change[]
    policy: Pick<Policy, 'release' | 'review' | 'rotation' | 'tiers' | 'thresholds'>
  },
  room: Room,
): Markup {
  const { base, caller, isReadOnly } = room
  const offered = offeredFor(incident)
  if (offered.length === 0) return html``
  const about = { changes, policy, refused: refusedAfter(incident, signals) }
  const follows = html`<dl class="facts">${offered.map(
    (kind) =>
      html`<dt>${labelOf(kind, incident, changes)}</dt><dd>${whatReviewDoes(kind, incident, about)}${
        isReadOnly ? html`<br><code>${reviewCommand(kind, incident.id, room, commandWord(kind, incident, changes))}</code>` : ''
      }</dd>`,
  )}</dl>`
  const form = changeForm(
    room,
    { action: `${base}/incidents/${encodeURIComponent(incident.id)}/verdict` },
    html`<input type="hidden" name="revision" value="${revisionOf(incident)}">
<label for="reason">Why (for the record, as ${shown(caller, 120)})</label>
<textarea id="reason" name="reason" rows="2" maxlength="500" required></textarea>
${follows}<div class="verdicts">${offered.map((kind) => html`<button class="${buttonColour(kind, { incident, policy })}" name="kind" value="${kind}">${labelOf(kind, incident, changes)}</button>`)}
${offered.includes('extend') ? hoursOf(policy.review.maxExtensionHours) : ''}</div>`,
  )
  return html`<section class="card" aria-labelledby="verdict"><h2 id="verdict">${isReadOnly ? 'How to decide' : 'Your verdict'}</h2>
${isReadOnly ? html`<p>This console is shared and read-only. Give the verdict in Slack, or with rights of your own:</p>${follows}` : form}</section>`
}
