import { pendingOf } from '../../shared/contain/pending.ts'
import { acceptedLines } from '../../shared/domain/accepted-lines.ts'
import type { Change } from '../../shared/domain/change.ts'
import { isDismissal } from '../../shared/domain/dismissal.ts'
import { goneText } from '../../shared/domain/gone-text.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { incompleteLineage } from '../../shared/domain/lookup-lines.ts'
import { offeredFor } from '../../shared/domain/offered.ts'
import type { ReviewKind } from '../../shared/domain/policy.ts'
import { printable } from '../../shared/domain/printable.ts'
import { byPriority } from '../../shared/domain/priority.ts'
import { undoneSteps } from '../../shared/domain/progress.ts'
import { refusedAfter } from '../../shared/domain/reasons.ts'
import { givenBack, givenBackClause } from '../../shared/domain/story/given-back-text.ts'
import { minuteText } from '../../shared/domain/time.ts'
import { ResponderError } from '../../shared/errors.ts'
import type { OnUnreadable } from '../../shared/ports/stores.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { readPolicy } from '../../shared/record/policy-in-force.ts'
import type { Reviewed } from '../../shared/review/review.ts'
import { checkState } from '../../shared/review/reviewer.ts'
import { leftUsable, sessionsText, whatReviewDoes } from '../../shared/review/what-follows.ts'
import { asTyped, commandOn } from '../command-name.ts'
import { afterConfirm } from '../render/after-confirm.ts'
import { agedRiskNote } from '../render/aged-risk.ts'
import { renderList } from '../render/incident-list.ts'
import { jsonText } from '../render/json-text.ts'
import { reviewCommand } from '../render/next-commands.ts'
import { overrideLines } from '../render/override.ts'
import { stopByHand } from '../render/stop-by-hand.ts'
import { wrapText } from '../render/wrap.ts'
import type { Target } from '../target.ts'
import { tellUnreadable } from '../tell-unreadable.ts'

const SECOND = (id: string) =>
  `Noted for ${id}, and nothing done yet: the policy asks for four eyes, so another person has to give the same verdict.`

/** The most open incidents that are listed. */
export const LIST_LIMIT = 200

/** The open incidents, or all, highest priority first; as NDJSON with `isJson`. */
export async function listIncidents(
  target: Target,
  { isJson, isAll, width }: { isJson: boolean; isAll: boolean; width?: number | undefined },
): Promise<string> {
  const incidents = isAll ? await everyIncident(target, tellUnreadable) : await target.incidents.listOpen(LIST_LIMIT, tellUnreadable)
  if (isJson) return incidents.map((incident) => jsonText(incident)).join('\n')
  const override = await overrideLines(target)
  if (incidents.length === 0)
    return [...override, 'No open incidents.', ...(target.replayedNote === undefined ? [] : [target.replayedNote])].join('\n')
  return wrapText(
    [...override, renderList(incidents, width), ...[agedRiskNote(incidents) ?? []].flat(), ...notesOf(target)].join('\n'),
    width,
  )
}

/** What a reader has to know of the target. */
export function notesOf({ timesNote, replayedNote }: Pick<Target, 'timesNote' | 'replayedNote'>): string[] {
  return [timesNote, replayedNote].filter((note) => note !== undefined)
}

/** Every incident, highest priority first. */
export async function everyIncident({ incidents }: Target, onUnreadable: OnUnreadable): Promise<Incident[]> {
  const all: Incident[] = []
  for await (const incident of incidents.listAll(onUnreadable)) all.push(incident)
  return all.sort((a, b) => byPriority(a, b) || b.openedAt - a.openedAt)
}

/** One line that says which incident it is. */
export async function whoOf(target: Target, id: string): Promise<string> {
  const { incidents, name, replayedNote } = target
  const stored = await incidents.get(id)
  if (stored === undefined)
    throw new ResponderError(
      'incident.unknown',
      `no incident ${printable(id, 60)} in ${name}; \`${commandOn(target, 'incidents')}\` lists the open ones`,
    )
  const { identity, state, assessment } = stored.value
  return `Incident ${id} in ${name}: ${identity.kind} ${printable(identity.name, 64)}, ${state}, risk ${assessment.risk}.${replayedNote === undefined ? '' : ` ${replayedNote}`}`
}

/**
 * What a verdict will do, for the person who is about to give it, and the command that stops it first where the verdict would not. Throws
 * `incident.state` where the incident's state does not allow it.
 */
export async function whatFollows(target: Target, id: string, kind: ReviewKind, hours?: number): Promise<string> {
  const who = await whoOf(target, id)
  const [stored, changes, { policy }, signals] = await Promise.all([
    target.incidents.get(id),
    target.record.list(incidentSubject(id)),
    readPolicy(target.record),
    target.incidents.signals(id, tellUnreadable),
  ])
  if (stored === undefined) return who
  const { value: incident } = stored
  checkState(incident, { kind }, changes)
  const isLeft = kind === 'compromised' && leftUsable(incident, changes) !== undefined
  const first = isLeft && offeredFor(incident).includes('contain') ? [`To stop it first: ${reviewCommand('contain', id, target)}`] : []
  const about = { changes, policy, refused: refusedAfter(incident, signals), hours, now: target.clock.now() }
  return [who, whatReviewDoes(kind, incident, about), ...first, ...incompleteOf(incident, kind)].join('\n')
}

/** A confirmed incident is closed, and nothing is looked up for it any more. */
function incompleteOf(incident: Incident, kind: ReviewKind): string[] {
  const lines = kind === 'compromised' ? incompleteLineage(incident) : []
  return lines.map((line) => `Wait for it, or look yourself, since nothing is looked up once it is closed: ${printable(line, 200)}.`)
}

/** The same of an approval. */
export async function whatApprovalChanges(target: Target, id: string, change: string): Promise<string> {
  return `${await whoOf(target, id)}\n"${printable(change, 200)}" is undone; a release restores it.`
}

/** Gives the verdict `legitimate`, which restores what was contained. */
export async function releaseIncident(
  target: Target,
  id: string,
  { reason, isJson }: { reason: string; isJson: boolean },
): Promise<string> {
  const incident = await target.review(id, { kind: 'legitimate', reason })
  if (incident.awaitsSecond && !isJson) return SECOND(id)
  const changes = await target.record.list(incidentSubject(id))
  const undone = givenBackClause(givenBack(undoneSteps(changes), incident.identity.name))
  if (isJson) return jsonText(incident)
  const isGivenBack = incident.state === 'released' || incident.state === 'releasing'
  return [
    releasedText(incident, { id, undone, changes, target }),
    ...acceptedText(incident, target),
    ...(isGivenBack ? stopByHand(incident, changes, commandOn(target, `incidents show ${id}`)) : []),
  ].join('\n')
}

/** What the verdict accepted, and how to revoke that. */
function acceptedText(incident: Incident, target: Target): string[] {
  const lines = acceptedLines(incident)
  const isGivenBack = incident.state === 'released' || incident.state === 'releasing'
  if (lines.length === 0 && isGivenBack)
    return [`Nothing of it was accepted: the same again is asked about${incident.suppression === undefined ? '' : ' after that'}.`]
  return lines.flatMap(({ says, revoke }) => [`${printable(says, 400)}.`, `  revoke: ${commandOn(target, revoke, '--reason "…"')}`])
}

function releasedText(
  incident: Incident,
  { id, undone, changes, target }: { id: string; undone: string; changes: readonly Change[]; target: Target },
): string {
  const isDismissed = isDismissal(incident, changes)
  switch (incident.state) {
    case 'released': {
      const until =
        incident.suppression === undefined
          ? ''
          : `; the same evidence does not contain again until ${minuteText(incident.suppression.until)}`
      const back =
        undone === ''
          ? (goneText(changes)?.concat(', so nothing was given back') ?? 'nothing had been contained or restricted')
          : `restored as it was before: ${undone}`
      return `${isDismissed ? 'Dismissed' : 'Released'} ${id}: ${back}${until}.`
    }
    case 'releasing':
      return `${isDismissed ? 'Dismissing' : 'Releasing'} ${id}: the function contain was invoked. \`${commandOn(target, `incidents show ${id}`)}\` shows when it is done.`
    default:
      return `Not ${isDismissed ? 'dismissed' : 'released'}: ${printable(incident.decision.why.at(-1) ?? 'it was decided otherwise', 200)}. Incident ${id} is ${incident.state}.`
  }
}

/** Gives the verdict `compromised`: what was contained stays contained, and the incident is closed. */
export async function confirmIncident(
  target: Target,
  id: string,
  { reason, isJson }: { reason: string; isJson: boolean },
): Promise<string> {
  const incident = await target.review(id, { kind: 'compromised', reason })
  if (isJson) return jsonText(incident)
  if (incident.awaitsSecond) return SECOND(id)
  const changes = await target.record.list(incidentSubject(id))
  const left = leftUsable(incident, changes)
  const next =
    incident.state === 'rotating'
      ? [`Its keys are being rotated: \`${commandOn(target, `incidents show ${id}`)}\` shows the secret with the new one.`]
      : afterConfirm(incident, changes)
  return [
    `Confirmed ${id}: ${left === undefined ? 'what was contained stays contained.' : `${left} Stop it by hand: the incident is closed.`}`,
    ...next,
    ...leftToDo(incident, target),
  ].join('\n')
}

/** Approves that a change of an existing resource is undone. */
export async function approveChange(
  target: Target,
  id: string,
  { change, reason, isJson }: { change: string; reason: string; isJson: boolean },
): Promise<string> {
  const incident = await target.approve(id, { edgeId: change, reason })
  if (isJson) return jsonText(incident)
  const done = incident.state === 'containing' ? 'the function contain was invoked' : `incident ${id} is ${incident.state}`
  return [`Approved "${printable(change, 200)}": ${done}.`, ...leftToDo(incident, target)].join('\n')
}

function leftToDo(incident: Incident, target: Target): string[] {
  return pendingOf(incident).map((line) => `  left to do: ${asTyped(printable(line, 200), target)}`)
}

/** Extends an incident: for some hours there are no reminders, and it does not expire. */
export async function extendIncident(
  target: Target,
  id: string,
  { reason, hours, isJson }: { reason: string; hours: number | undefined; isJson: boolean },
): Promise<string> {
  const before = (await target.incidents.get(id))?.value.extendedUntil
  const incident = await target.review(id, { kind: 'extend', reason, hours })
  if (isJson) return jsonText(incident)
  const { extendedUntil } = incident
  const until = extendedUntil === undefined ? 'later' : minuteText(extendedUntil)
  const isShorter = before !== undefined && extendedUntil !== undefined && extendedUntil < before
  const instead = isShorter ? `, which is sooner than before: it was ${minuteText(before)}` : ''
  return `Extended ${id}: it stays ${incident.state}, without reminders until ${until}${instead}.`
}

/** Orders that an incident in state `asking` or `watching` is contained, in any mode. */
export async function containIncident(
  target: Target,
  id: string,
  { reason, isJson }: { reason: string; isJson: boolean },
): Promise<{ readonly output: string; readonly isWhole: boolean }> {
  const incident = await target.review(id, { kind: 'contain', reason })
  const isWhole = incident.awaitsSecond || incident.state === 'contained' || incident.state === 'containing'
  return { output: isJson ? jsonText(incident) : containedText(incident, id, target), isWhole }
}

function containedText(incident: Reviewed, id: string, target: Target): string {
  if (incident.awaitsSecond) return SECOND(id)
  switch (incident.state) {
    case 'contained':
      return [
        `Contained ${id}: \`${commandOn(target, `incidents show ${id}`)}\` shows each step. Undo: ${commandOn(target, `release ${id}`, '--reason "…"')}`,
        ...[sessionsText(incident) ?? []].flat().map((line) => `  sessions: ${line}`),
      ].join('\n')
    case 'containing':
      return `Containing ${id}: the function contain was invoked. \`${commandOn(target, `incidents show ${id}`)}\` shows when it is done.`
    default:
      return `Not contained: ${printable(incident.decision.why.at(-1) ?? 'it asks', 200)}. Incident ${id} is ${incident.state}.`
  }
}
