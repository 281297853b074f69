import { groupsAsked, isApprover, slackActor } from '../domain/approval.ts'
import type { Archived } from '../domain/archived.ts'
import { counted } from '../domain/counted.ts'
import type { Incident } from '../domain/incident.ts'
import type { DecidingReview, Policy } from '../domain/policy.ts'
import { isWordless } from '../domain/reason.ts'
import { revisionOf } from '../domain/revision.ts'
import { ResponderError } from '../errors.ts'
import type { Model } from '../ports/advisor.ts'
import type { NoticeStack } from '../ports/notices.ts'
import type { Log } from '../ports/runtime.ts'
import { incidentSubject } from '../record/append.ts'
import { commandFor, onStack, readKnown } from '../record/notice.ts'
import { readPolicy } from '../record/policy-in-force.ts'
import { revokeAccepted } from '../review/accept-patterns.ts'
import { explain } from '../review/explain/explain.ts'
import { linesOf } from '../review/explain/lines.ts'
import { review } from '../review/review.ts'
import type { ReviewPorts } from '../review/reviewer.ts'
import { type SlackApi, SlackRefusal } from './api.ts'
import type { Press } from './button.ts'
import { detailsOf } from './details.ts'
import { type Message, messageOf } from './message.ts'
import { code, escaped, section } from './text.ts'

/** What handling a pressed button needs. */
export interface PressPorts extends ReviewPorts {
  slack(): Promise<SlackApi>
  /** Writes explanations; undefined when a template does. */
  readonly model: Model | undefined
  /** The stack that printed commands work on. */
  readonly stack?: NoticeStack | undefined
  readonly log: Log
}

/** Codes of errors that a reviewer can resolve. The reviewer sees their message; all other errors fail the invocation. */
const REFUSALS: readonly string[] = [
  'incident.state',
  'incident.unknown',
  'incident.conflict',
  'review.forbidden',
  'review.stale',
  'review.second',
  'record.conflict',
]

/** Handles a pressed button and updates the message. Safe to repeat: the same press again changes nothing. */
export async function press(pressed: Press, ports: PressPorts): Promise<void> {
  if (pressed.kind === 'explain' || pressed.kind === 'details') return sendAnswer(pressed, ports)
  const { kind } = pressed
  const applied = kind === 'revoke' ? applyRevocation(pressed, ports) : applyReview(pressed, kind, ports)
  const refusal = await applied.catch((cause: unknown) => {
    if (cause instanceof ResponderError && REFUSALS.includes(cause.code)) return cause.message
    throw cause
  })
  if (refusal !== undefined) ports.log.info('slack.press.refused', { incidentId: pressed.incidentId, kind: pressed.kind })
  await refreshMessage(pressed, ports)
  if (refusal !== undefined)
    await sendEphemeral(pressed, { text: 'Not done.', blocks: [section(['*Not done.*', escaped(onStack(refusal, ports.stack))])] }, ports)
  else if (kind === 'revoke')
    await sendEphemeral(pressed, { text: 'Revoked.', blocks: [section(['People are asked about it again from the next call on.'])] }, ports)
}

/** Revokes what the verdict of an incident accepted. Whoever may release it may do so; a repetition changes nothing. */
async function applyRevocation(pressed: Press, ports: PressPorts): Promise<string | undefined> {
  const { policy } = await readPolicy(ports.record)
  const fault = reasonFault(pressed, 'legitimate', policy)
  if (fault !== undefined) return fault
  const incident = (await ports.incidents.get(pressed.incidentId))?.value
  if (incident === undefined) return `There is no incident ${pressed.incidentId}.`
  const by = slackActor(pressed.user)
  const groups = await groupsOf(pressed.user, groupsAsked(policy), ports)
  if (!isApprover(policy, { by, groups }, { kind: 'legitimate', tier: incident.decision.tier }))
    return `${by} may not release in tier ${incident.decision.tier} by policy, nor revoke what a release accepted.`
  await revokeAccepted(
    incident,
    { at: new Date(ports.clock.now()).toISOString(), by, why: pressed.reason ?? 'pressed in Slack' },
    ports.record,
  )
  return undefined
}

/** Applies the review of a pressed button. Returns why it was not applied, or undefined when it was. */
async function applyReview(pressed: Press, kind: DecidingReview, ports: PressPorts): Promise<string | undefined> {
  const { policy } = await readPolicy(ports.record)
  const { user, incidentId, revision, reason } = pressed
  const fault = reasonFault(pressed, kind, policy)
  if (fault !== undefined) return fault
  const groups = await groupsOf(user, groupsAsked(policy), ports)
  await review(incidentId, { kind, by: slackActor(user), groups, reason: reason ?? 'pressed in Slack', revision }, ports)
  return undefined
}

/** What is wrong with the reason of a press, in words for whoever pressed; undefined where nothing is. */
function reasonFault({ reason }: Pick<Press, 'reason'>, kind: DecidingReview, { slack }: Pick<Policy, 'slack'>): string | undefined {
  if (reason === undefined)
    return slack.reasonFor.includes(kind) ? 'The policy now requires a reason for this: press the button again.' : undefined
  return isWordless(reason) ? 'This needs a reason, which the record keeps: press the button again, and write why.' : undefined
}

async function groupsOf(user: string, asked: readonly string[], ports: PressPorts): Promise<string[]> {
  if (asked.length === 0) return []
  const slack = await ports.slack()
  const members = await Promise.all(asked.map(async (group) => ((await slack.membersOf(group)).includes(user) ? [group] : [])))
  return members.flat()
}

/** Updates the message to the incident's current state, which removes buttons that no longer apply. */
async function refreshMessage({ incidentId, channel, ts }: Press, ports: PressPorts): Promise<void> {
  const stored = await ports.incidents.get(incidentId)
  // What stays of an archived incident says less than its message, from which the buttons went when it was closed.
  if (stored === undefined || stored.value.archived !== undefined) return
  const [{ signals, changes }, { policy }, slack] = await Promise.all([
    readKnown(stored.value, ports),
    readPolicy(ports.record),
    ports.slack(),
  ])
  await tolerateRefusal('update', incidentId, ports, () =>
    slack.update(channel, ts, messageOf({ incident: stored.value, changes, policy, signals, stack: ports.stack })),
  )
}

/** Sends an explanation or details to the user who asked, and to nobody else. */
async function sendAnswer(pressed: Press, ports: PressPorts): Promise<void> {
  const [stored, changes] = await Promise.all([
    ports.incidents.get(pressed.incidentId),
    ports.record.list(incidentSubject(pressed.incidentId)),
  ])
  if (stored === undefined)
    return sendEphemeral(pressed, { text: 'Unknown incident.', blocks: [section([`There is no incident ${pressed.incidentId}.`])] }, ports)
  const { value: incident } = stored
  if (incident.archived !== undefined) return sendEphemeral(pressed, archivedMessage(incident, incident.archived, ports.stack), ports)
  let unreadable = 0
  const signals = await ports.incidents.signals(incident.id, ({ key, issue }) => {
    unreadable += 1
    ports.log.warn('slack.signal.unreadable', { key, issue })
  })
  const message =
    pressed.kind === 'details'
      ? detailsOf(incident, { signals, changes, stack: ports.stack })
      : explanationMessage(incident, linesOf(await explain({ incident, signals, changes }, ports.model)), pressed)
  const note = unreadable === 0 ? [] : [section([`*${counted(unreadable, 'call')} of the timeline cannot be read*, and left out here.`])]
  await sendEphemeral(pressed, { ...message, blocks: [...message.blocks, ...note] }, ports)
}

/** What is said of an incident whose evidence is in the archive, which review may not read. */
function archivedMessage({ id, state }: Incident, { at }: Archived, stack: NoticeStack | undefined): Message {
  const lines = [
    `*${id} is ${state}, and was archived on ${new Date(at).toISOString().slice(0, 10)}.*`,
    `Its evidence is in the archive: ${code(commandFor(stack, `incidents show ${id}`), 300)}`,
  ]
  return { text: `${id} is archived.`, blocks: [section(lines)] }
}

function explanationMessage(incident: Incident, lines: readonly string[], { revision }: Press): Message {
  const isOld = revisionOf(incident) !== revision ? ['_The incident has changed since that message; this is how it is now._'] : []
  return { text: `Why ${incident.id}`, blocks: [section([`*Why ${incident.id}*`, ...isOld, ...lines.map((line) => code(line, 600))])] }
}

async function sendEphemeral({ channel, user, incidentId }: Press, message: Message, ports: PressPorts): Promise<void> {
  const slack = await ports.slack()
  await tolerateRefusal('whisper', incidentId, ports, () => slack.postEphemeral(channel, user, message))
}

/** Logs a refusal of Slack, such as for a deleted message, without failing: the review itself has been applied. */
async function tolerateRefusal(what: string, incidentId: string, { log }: PressPorts, call: () => Promise<void>): Promise<void> {
  try {
    await call()
  } catch (cause) {
    if (!(cause instanceof SlackRefusal)) throw cause
    log.warn('slack.answer.refused', { incidentId, what, reason: cause.reason })
  }
}
