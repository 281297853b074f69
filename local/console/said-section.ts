import { html } from 'hono/html'
import { acceptedLines } from '../../shared/domain/accepted-lines.ts'
import type { Change } from '../../shared/domain/change.ts'
import { isDismissal, stateText } from '../../shared/domain/dismissal.ts'
import { goneText } from '../../shared/domain/gone-text.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { undoneSteps } from '../../shared/domain/progress.ts'
import { givenBack, givenBackClause } from '../../shared/domain/story/given-back-text.ts'
import { exposedText, leftUsable } from '../../shared/review/what-follows.ts'
import { commandOn } from '../command-name.ts'
import { type Markup, shown } from '../page/document.ts'
import { afterConfirm } from '../render/after-confirm.ts'
import { stopByHand } from '../render/stop-by-hand.ts'
import { moment } from '../render/style.ts'
import type { Room } from './frame.ts'
import { typedLine } from './typed-line.ts'

/** What was just said on the page of an incident, by its address. */
export const SAID = ['done', 'second', 'extended', 'assigned', 'commented'] as const
export type Said = (typeof SAID)[number]

/** Confirms what was just said, and says what comes next. */
export function saidSection(
  { said, incident, changes }: { readonly said: Said | undefined; readonly incident: Incident; readonly changes: readonly Change[] },
  room: Room,
): Markup | '' {
  if (said === undefined) return ''
  if (said === 'assigned' || said === 'commented')
    return html`<p class="note good" role="status">Noted in the record: ${said === 'assigned' ? 'the assignment' : 'the comment'}.</p>`
  if (said === 'second')
    return html`<p class="note ask" role="status">Noted, and nothing done yet. The policy asks for four eyes: another person has to give the same verdict.</p>${nextOf(['Ask another approver for the same verdict, by the same channel, within 12 hours, and before the incident changes: then both have to be given again.'], room)}`
  if (said === 'extended')
    return html`<p class="note good" role="status">Noted: no reminders until then.</p>${nextOf(afterExtension(incident), room)}`
  const { state, decision } = incident
  const noted =
    state === 'asking'
      ? html`<p class="note ask" role="status">Noted, but not everything could be done: ${typedLine(decision.why.at(-1) ?? 'look at the steps below', room, 200)}.</p>`
      : html`<p class="note good" role="status">Noted: the incident is ${stateText(incident, changes)}.</p>`
  return html`${noted}${nextOf(nextSteps(incident, changes, room), room)}`
}

/** What a person does next, as lines; one that begins with two spaces is a command. */
function nextOf(lines: readonly string[], room: Room): Markup {
  return html`<section class="note" aria-labelledby="then"><h2 id="then">What you do next</h2><ul>${lines.map((line) =>
    line.startsWith('  ') ? html`<li><code>${shown(line.trim(), 600)}</code></li>` : html`<li>${typedLine(line, room, 1000)}</li>`,
  )}<li><a href="${room.base}/">The open incidents</a></li></ul></section>`
}

function afterExtension({ state, extendedUntil }: Incident): string[] {
  const until = extendedUntil === undefined ? 'the extension ends' : `${moment(extendedUntil)} UTC`
  return [
    `It stays ${state} and does not expire until ${until}: give your verdict by then. After that the times for reminder, page and expiry start again.`,
  ]
}

/** What a person does after a verdict or an order, by what became of the incident. */
function nextSteps(incident: Incident, changes: readonly Change[], room: Room): string[] {
  switch (incident.state) {
    case 'released':
    case 'releasing':
      return afterRelease(incident, changes, room)
    case 'confirmed': {
      const left = leftUsable(incident, changes)
      return [
        ...(left === undefined ? ['What was contained stays contained.'] : [`${left} Stop it by hand: the incident is closed.`]),
        ...afterConfirm(incident, changes),
      ]
    }
    case 'rotating':
      return [
        'Its keys are being made anew: open this page again in a minute; it names the secret with the new one. Then check that the workloads work with it.',
      ]
    case 'containing':
    case 'restricting':
      return [
        'It is under way and takes seconds: open this page again, and see that every step is in place.',
        'Then give your verdict: a release restores it, a confirmation keeps it.',
      ]
    case 'contained':
    case 'restricted':
      return ['Give your verdict: a release restores it, a confirmation keeps it.']
    case 'asking':
      return ['Do what stands under “For a person to do” and under “What was done”, then give your verdict again.']
    case 'watching':
    case 'expired':
      return []
  }
}

function afterRelease(incident: Incident, changes: readonly Change[], room: Room): string[] {
  const { state, suppression } = incident
  const isDismissed = isDismissal(incident, changes)
  const exposed = exposedText(incident).trim()
  const accepted = acceptedLines(incident)
  const byHand = stopByHand(incident, changes, commandOn(room, `incidents show ${incident.id}`))
  return [
    ...(state === 'releasing' ? [underWayText(isDismissed)] : restoredLines(incident, changes)),
    ...(exposed === '' ? [] : [exposed]),
    ...(suppression === undefined
      ? []
      : [`Until ${moment(suppression.until)} UTC the same evidence opens no incident; other evidence does.`]),
    ...(accepted.length === 0
      ? [`Nothing of it was accepted: the same again is asked about${suppression === undefined ? '' : ' after that'}.`]
      : accepted.flatMap(({ says, revoke }) => [says, `  ${commandOn(room, revoke, '--reason "…"')}`])),
    ...(byHand.length > 0
      ? byHand
      : [
          `If it was wrong, stop it by hand now: a ${isDismissed ? 'dismissed incident is not contained' : 'released incident is not contained again'} from here.`,
        ]),
  ]
}

function underWayText(isDismissed: boolean): string {
  return isDismissed
    ? 'It is being closed, within seconds: open this page again, and see that it is.'
    : 'What was changed is being restored, within seconds: open this page again, and see that it is.'
}

/** What was given back, what could not be because it is gone, or that there was nothing. */
function restoredLines({ identity }: Incident, changes: readonly Change[]): string[] {
  const restored = givenBackClause(givenBack(undoneSteps(changes), identity.name))
  const isRestored = restored !== ''
  const gone = goneText(changes)
  if (!isRestored && gone === undefined) return ['Nothing was contained, so nothing had to be restored: there is nothing left to do.']
  return [
    ...(isRestored ? [`What was changed is restored as it was: ${restored}. Check that the work of its owner goes on.`] : []),
    ...(gone === undefined ? [] : [`Not given back: ${gone}. If none of you did that, find out who did in CloudTrail.`]),
  ]
}
