import { html } from 'hono/html'
import * as z from 'zod'
import type { AcceptedPattern } from '../../shared/domain/accepted-pattern.ts'
import { minuteText } from '../../shared/domain/time.ts'
import { type Markup, shown } from '../page/document.ts'
import { changeForm } from './change-form.ts'
import { chainLink, incidentLink, type Page, type Room } from './frame.ts'

/** The fields of the form that revokes a pattern. */
export const RevokeForm = z.strictObject({ reason: z.string().trim().min(1, 'write a reason').max(500) })

/** The page of what people accepted, the newest first. `now`: epoch milliseconds. */
export function patternsPage(
  { patterns, isDone, now }: { readonly patterns: readonly AcceptedPattern[]; readonly isDone: boolean; readonly now: number },
  room: Room,
): Page {
  const body = html`${isDone ? html`<p class="note good" role="status">Revoked: people are asked about it again.</p>` : ''}
<p>A release accepts what it was asked about. The same kinds of finding, from the same place and by the same tool, are recorded, and nobody is asked.
Whoever sits in the same place, with the same tool, and does the same is not asked about either: look whether each of these is still yours.</p>
${patterns.length === 0 ? html`<p>Nothing is accepted.</p>` : patterns.map((pattern) => patternCard(pattern, now, room))}`
  return { title: 'Accepted patterns', body }
}

function patternCard(pattern: AcceptedPattern, now: number, room: Room): Markup {
  const { base, caller } = room
  const { id, identityId, keys = [], sessions = [], places, tools, kinds, incidentId, by, at, until } = pattern
  const names = (words: readonly string[], limit: number) => words.map((word) => shown(word, limit)).join(', ')
  const objects = (of: readonly string[]) =>
    of.every((one) => one === '')
      ? ''
      : ` (${names(
          of.filter((one) => one !== ''),
          40,
        )})`
  return html`<section class="card" aria-labelledby="${shown(id, 20)}"><h2 id="${shown(id, 20)}">${shown(id, 20)}</h2>
<dl class="facts"><dt>Who</dt><dd class="id">${shown(identityId, 200)}</dd>
${keys.length === 0 ? '' : html`<dt>Keys</dt><dd class="id">${names(keys, 128)}</dd>`}
${sessions.length === 0 ? '' : html`<dt>Sessions named</dt><dd>${names(sessions, 64)}</dd>`}
<dt>From</dt><dd>${names(places, 40)}</dd><dt>By</dt><dd>${names(tools, 40)}</dd>
<dt>What</dt><dd>${kinds.map((kind) => `${shown(kind.detector, 60)}${objects(kind.objects)}`).join(', ')}</dd>
<dt>${until <= now ? 'Ended' : 'Until'}</dt><dd>${minuteText(until)}</dd>
<dt>Accepted</dt><dd>by ${shown(by, 200)} at ${minuteText(Date.parse(at))}, with the release of ${incidentLink(base, incidentId)}</dd>
<dt>Record</dt><dd>${chainLink(base, `PATTERN#${identityId}`)}</dd></dl>
${changeForm(
  room,
  { action: `${base}/patterns/${encodeURIComponent(id)}/revoke`, isLine: true },
  html`<div><label for="reason-${shown(id, 20)}">Why (as ${shown(caller, 80)})</label>
<input id="reason-${shown(id, 20)}" name="reason" required maxlength="500"></div><button>Revoke</button>`,
)}</section>`
}
