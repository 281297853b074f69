import { html } from 'hono/html'
import { offeredFor } from '../../shared/domain/offered.ts'
import { type Policy, ReviewKind } from '../../shared/domain/policy.ts'
import { requireReason } from '../../shared/domain/reason.ts'
import { refusedAfter } from '../../shared/domain/reasons.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import { labelOf } from '../../shared/domain/story/answers.ts'
import { ResponderError } from '../../shared/errors.ts'
import type { OnUnreadable } from '../../shared/ports/stores.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { readPolicy } from '../../shared/record/policy-in-force.ts'
import type { ExplanationInput } from '../../shared/review/explain/facts.ts'
import { checkState, findIncident } from '../../shared/review/reviewer.ts'
import { leftUsable, whatReviewDoes } from '../../shared/review/what-follows.ts'
import { type Markup, shown } from '../page/document.ts'
import type { Target } from '../target.ts'
import { buttonColour } from './button-colour.ts'
import { changeForm } from './change-form.ts'
import type { Page, Room } from './frame.ts'
import { reasonAsked } from './reason-field.ts'

/** The verdicts and orders that are given on the page that asks once more. More time is given at once: it decides nothing. */
export const AskedKind = ReviewKind.exclude(['extend'])
type AskedKind = Exclude<ReviewKind, 'extend'>

interface Asked extends ExplanationInput {
  readonly kind: AskedKind
  readonly reason: string
  readonly policy: Policy
  /** The revision of the policy, by which the page says what the verdict does. */
  readonly policyNumber: number
}

/**
 * The page that asks once more before a verdict is given: what it does, and the reason as it is recorded. It is about the revision that the person saw, and by the policy of then.
 *
 * Throws `usage`, `incident.unknown`, `incident.state` or `review.stale`, as the verdict itself would.
 */
export async function confirmPage(
  id: string,
  said: { readonly kind: AskedKind; readonly reason: string; readonly revision: string },
  { target, room, onUnreadable }: { readonly target: Target; readonly room: Room; readonly onUnreadable: OnUnreadable },
): Promise<Page> {
  requireReason(said)
  const { value: incident } = await findIncident(id, target)
  const [signals, changes, { policy, number: policyNumber }] = await Promise.all([
    target.incidents.signals(id, onUnreadable),
    target.record.list(incidentSubject(id)),
    readPolicy(target.record),
  ])
  checkState(incident, said, changes)
  return pageOf({ incident, signals, changes, policy, policyNumber, kind: said.kind, reason: said.reason }, room)
}

/** Throws `review.stale` where another policy is in force than the one by which the page said what the verdict does: by it keys may be made anew. */
export async function checkPolicySeen(seen: number | undefined, { record }: Pick<Target, 'record'>): Promise<void> {
  const { number } = await readPolicy(record)
  if (number !== seen)
    throw new ResponderError(
      'review.stale',
      'the policy has changed since you were asked, and what the verdict does may have: look at it again',
    )
}

function pageOf(asked: Asked, room: Room): Page {
  const { incident, changes, policyNumber, kind, reason } = asked
  const path = `${room.base}/incidents/${encodeURIComponent(incident.id)}`
  const isLeft = kind === 'compromised' && leftUsable(incident, changes) !== undefined
  const containing = isLeft && offeredFor(incident).includes('contain') ? button(asked, 'contain') : ''
  const confirming = isLeft ? button(asked, kind, 'Confirm, I stop it by hand') : button(asked, kind)
  const instead =
    containing === '' ? '' : html`<p><strong>${labelOf('contain', incident, changes)}:</strong> ${doesText(asked, 'contain')}</p>`
  return {
    title: isLeft ? 'Confirm without containing?' : `${labelOf(kind, incident, changes)}: ${shown(incident.identity.name, 64)}?`,
    body: html`<p class="note ask" role="alert"><strong>Not done yet.</strong> ${doesText(asked, kind)}</p>
${instead}${changeForm(
  room,
  { action: `${path}/verdict` },
  html`<input type="hidden" name="revision" value="${revisionOf(incident)}"><input type="hidden" name="policy" value="${policyNumber}">${reasonAsked(reason, room.caller)}<div class="verdicts">${containing}${confirming}</div>`,
)}
<p><a href="${path}#verdict">Back to the incident, without a verdict</a></p>`,
  }
}

/** The field `confirms` says that this page was seen: no form of another page has it. */
function button(asked: Asked, kind: AskedKind, label = labelOf(kind, asked.incident, asked.changes)): Markup {
  return html`<button class="${buttonColour(kind, asked)}" name="confirms" value="${kind}">${label}</button>`
}

function doesText(asked: Asked, kind: AskedKind): string {
  const { incident, signals, changes, policy } = asked
  return shown(whatReviewDoes(kind, incident, { changes, policy, refused: refusedAfter(incident, signals) }), 1000)
}
