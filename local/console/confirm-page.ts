import { html } from 'hono/html'
import type { Incident } from '../../shared/domain/incident.ts'
import { offeredFor } from '../../shared/domain/offered.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { readPolicy } from '../../shared/record/policy-in-force.ts'
import { leftUsable, whatReviewDoes } from '../../shared/review/what-follows.ts'
import { shown } from '../page/document.ts'
import type { Target } from '../target.ts'
import { changeForm } from './change-form.ts'
import type { Page, Room } from './frame.ts'
import type { SaidForm } from './verdict-form.ts'

/** The page that asks once more before an incident is confirmed whose credentials stay usable; undefined where nothing has to be asked. */
export async function confirmPage(
  id: string,
  said: Pick<SaidForm, 'kind' | 'reason' | 'revision'>,
  target: Target,
  room: Room,
): Promise<Page | undefined> {
  if (said.kind !== 'compromised') return undefined
  const [stored, changes, { policy }] = await Promise.all([
    target.incidents.get(id),
    target.record.list(incidentSubject(id)),
    readPolicy(target.record),
  ])
  const left = stored === undefined ? undefined : leftUsable(stored.value, changes)
  if (stored === undefined || left === undefined) return undefined
  const incident = stored.value
  return {
    title: 'Confirm without containing?',
    body: html`<p class="note ask" role="alert"><strong>Not done yet.</strong> ${shown(whatReviewDoes('compromised', incident, { changes, policy }), 600)}</p>
${changeForm(
  room,
  { action: `${room.base}/incidents/${encodeURIComponent(incident.id)}/verdict` },
  html`<input type="hidden" name="revision" value="${said.revision}"><input type="hidden" name="reason" value="${said.reason}"><input type="hidden" name="isKnown" value="yes">
<div class="verdicts">${containButton(incident)}<button name="kind" value="compromised">Confirm, I stop it by hand</button></div>`,
)}
<p><a href="${room.base}/incidents/${encodeURIComponent(incident.id)}">Back to the incident</a></p>`,
  }
}

function containButton(incident: Incident) {
  return offeredFor(incident).includes('contain') ? html`<button class="bad" name="kind" value="contain">Contain now</button>` : ''
}
