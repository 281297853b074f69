import type { KnownBlock } from '@slack/types'
import { pendingOf } from '../contain/pending.ts'
import { acceptedLines } from '../domain/accepted-lines.ts'
import type { Contribution } from '../domain/assessment.ts'
import type { Change } from '../domain/change.ts'
import { isDismissal } from '../domain/dismissal.ts'
import { type Incident, type IncidentSignal, isClosed } from '../domain/incident.ts'
import type { Policy } from '../domain/policy.ts'
import { printable } from '../domain/printable.ts'
import { measureOf, reasonsOf, strongestSince } from '../domain/reasons.ts'
import { reportLines } from '../domain/report-lines.ts'
import { nothingDoneLine, restrictionLines, stopsLittle } from '../domain/restriction-lines.ts'
import { revisionOf } from '../domain/revision.ts'
import { isAboutSeveral } from '../domain/same-finding.ts'
import { answersOf } from '../domain/story/answers.ts'
import { storyOf } from '../domain/story/story.ts'
import { minuteText } from '../domain/time.ts'
import type { Notice, NoticeStack } from '../ports/notices.ts'
import { commandFor, onStack, SEVERAL } from '../record/notice.ts'
import { leftUsable } from '../review/what-follows.ts'
import type { ButtonKind } from './button.ts'
import { buttonLabel, buttonsOf } from './review-buttons.ts'
import { actorText, code, codeWithCommands, escaped, LIMITS, section, sentenceText, whoLines } from './text.ts'

/** A Slack message. */
export interface Message {
  /** Plain text for notifications and screen readers. */
  readonly text: string
  readonly blocks: KnownBlock[]
}

/** The current state that a message shows. Notices that arrive out of order therefore end in the same message. */
export interface MessageInput {
  readonly incident: Incident
  readonly changes: readonly Change[]
  readonly policy: Policy
  /** The timeline; without it the story says nothing of calls. */
  readonly signals?: readonly IncidentSignal[] | undefined
  /** The stack that printed commands work on. */
  readonly stack?: NoticeStack | undefined
  readonly isReversed?: boolean
  /** The title of a notice that something of the containment went or does not work, in place of that of the state. */
  readonly alarm?: string | undefined
}

/** Lines per section of a message, which is read at night, on a phone. */
const LINES = 3

/** Builds the message of an incident: its story, what it rests on, open tasks, the outcome, the answers, and the buttons that its state allows. */
export function messageOf(input: MessageInput): Message {
  const { incident, changes, signals, stack } = input
  const title = titleOf(input)
  const blocks: KnownBlock[] = [
    { type: 'header', text: { type: 'plain_text', text: printable(title, LIMITS.header), emoji: false } },
    section(storyOf({ incident, signals, changes }).sentences.map(({ parts }) => sentenceText(parts))),
    ...reportedIn(incident, stack),
    section(['*Why*', ...reasonsOf(incident).contributions.slice(0, LINES).map(findingLine)]),
    ...sinceThen(incident),
  ]
  const restriction = restrictionLines(incident)
  if (restriction !== undefined) blocks.push(section(['*Restricted*', ...[restriction.refused, restriction.goesOn].map(escaped)]))
  const nothingDone = nothingDoneLine(incident)
  if (nothingDone !== undefined) blocks.push(section([escaped(nothingDone)]))
  const asked = askedBecause(incident)
  if (asked !== undefined) blocks.push(section([asked]))
  const waits = pendingLines(incident, stack)
  if (waits.length > 0) blocks.push(section(['*To do*', ...waits]))
  const outcome = outcomeOf(input)
  if (outcome.length > 0) blocks.push(section(outcome))
  const answers = answerLines(input)
  if (answers.length > 0) blocks.push(section(['*You can answer*', ...answers]))
  blocks.push(
    buttonsOf(input),
    section([
      `*Priority ${incident.priority}* (risk ${Math.round(incident.assessment.risk)}, blast radius ${incident.blastRadius.score})`,
      ...whoLines(incident),
      `*Look* ${code(commandFor(stack, `incidents show ${incident.id}`), 300)} or ${code(commandFor(stack, `console --incident ${incident.id}`), 300)}`,
    ]),
    {
      type: 'context',
      elements: [{ type: 'mrkdwn', text: `${incident.id} · ${incident.state} · tier ${code(incident.decision.tier, 60)}`, verbatim: true }],
    },
  )
  return { text: escaped(printable(title, LIMITS.header)), blocks }
}

/** What each answer does; and the command of the one that has no button. */
function answerLines({ incident, changes, stack }: MessageInput): string[] {
  return answersOf(incident, changes).map(({ kind, label, does, command: word }) => {
    const command = `${commandFor(stack, `${word} ${incident.id}`)} --hours 8 --reason "…"`
    return `• *${label}*: ${escaped(does)}${kind === 'extend' ? `: ${code(command, 300)}` : ''}`
  })
}

function titleOf({ incident, changes, isReversed, alarm }: MessageInput): string {
  const who = printable(incident.identity.name, 64)
  if (isReversed === true && !isClosed(incident)) return `Somebody reversed the ${measureOf(incident)} of ${who}; it is being applied again`
  if (alarm !== undefined && !isClosed(incident)) return alarm
  switch (incident.state) {
    case 'watching':
      return `Watching ${who}`
    case 'asking':
      return `Decide about ${who}`
    case 'restricting':
      return `Restricting ${who}`
    case 'restricted':
      return `Restricted ${who}${stopsLittle(incident) ? ' from grave actions alone' : ''}, please decide`
    case 'containing':
      return `Containing ${who}`
    case 'contained':
      return `Contained ${who}, please release or confirm it`
    case 'releasing':
      return `${isDismissal(incident, changes) ? 'Dismissing' : 'Releasing'} ${who}`
    case 'released':
      return `${isDismissal(incident, changes) ? 'Dismissed' : 'Released'} ${who}`
    case 'rotating':
      return `Confirmed: the keys of ${who} are being rotated`
    case 'confirmed':
      return `Confirmed: ${who} was compromised`
    case 'expired':
      return `Closed: nobody answered about ${who}`
  }
}

/** Who reported what when. Places and types are texts of others. */
function reportedIn(incident: Incident, stack: NoticeStack | undefined): KnownBlock[] {
  const lines = reportLines(incident, undefined)
  if (lines === undefined) return []
  const { reported, used } = lines
  const more = reported.length > LINES ? [`… and ${reported.length - LINES} more (Details)`] : []
  if (isAboutSeveral(incident))
    more.push(`${SEVERAL}: ${code(commandFor(stack, `incidents show ${incident.id}`), 300)} names the open ones.`)
  return [section(['*Reported*', ...reported.slice(0, LINES).map((line) => `• ${code(line, 300)}`), ...more, ...used.map(escaped)])]
}

function findingLine({ finding, share }: Contribution): string {
  return `• ${escaped(finding.title)} (+${Math.round(share)}): ${code(finding.reason, 120)}`
}

/** What came after the decision and is as strong as its reasons: what a person has to put right may be in it. */
function sinceThen(incident: Incident): KnownBlock[] {
  const later = strongestSince(incident, LINES)
  return later.length === 0 ? [] : [section(['*Since then*', ...later.map(findingLine)])]
}

/** The last reason of the decision, by which a person is asked: a bound, a step that is not in place, or the evidence itself. */
function askedBecause({ state, decision }: Incident): string | undefined {
  const last = decision.why.at(-1)
  return state === 'asking' && last !== undefined ? `*Asked because* ${code(last, 200)}` : undefined
}

function pendingLines(incident: Incident, stack: NoticeStack | undefined): string[] {
  const pending = pendingOf(incident)
  const more = pending.length > LINES ? [`… and ${pending.length - LINES} more (Details)`] : []
  return [...pending.slice(0, LINES).map((line) => `• ${codeWithCommands(onStack(line, stack), 400)}`), ...more]
}

/** The order, verdict or extension of people, with its author and reason. */
function outcomeOf({ incident, changes, stack }: MessageInput): string[] {
  const { verdict, state } = incident
  const ordered = changes.findLast(({ kind, to }) => kind === 'verdict' && to === 'containing')
  const lines = ordered === undefined ? [] : [`*Containment ordered* by ${actorText(ordered.actor)}: ${code(ordered.why, 200)}`]
  if (verdict !== undefined)
    lines.push(
      `*${verdict.kind === 'compromised' ? 'Confirmed' : isDismissal(incident, changes) ? 'Dismissed' : 'Released'}* by ${actorText(verdict.by)}: ${code(verdict.reason, 200)}`,
    )
  for (const { says, revoke } of acceptedLines(incident).slice(0, LINES))
    lines.push(escaped(printable(says, 400)), `Revoke: ${code(`${commandFor(stack, revoke)} --reason "…"`, 300)}`)
  const extension = changes.findLast(({ kind }) => kind === 'extension')
  if (extension !== undefined && incident.extendedUntil !== undefined && verdict === undefined)
    lines.push(`*Extended until* ${minuteText(incident.extendedUntil)} by ${actorText(extension.actor)}: ${code(extension.why, 200)}`)
  const left = state === 'confirmed' ? leftUsable(incident, changes) : undefined
  if (left !== undefined) lines.push(code(left, 300))
  if (verdict?.kind === 'legitimate' && state === 'asking') lines.push('Not every step could be undone: the reason stands above.')
  return [...lines, ...firstOfTwo(incident, changes)]
}

function firstOfTwo(incident: Incident, changes: readonly Change[]): string[] {
  const revision = revisionOf(incident)
  return changes.flatMap(({ kind, to, actor }) => {
    const endorsement = to as { says?: ButtonKind; revision?: string; until?: string } | null
    if (kind !== 'endorsement' || endorsement?.revision !== revision || endorsement.says === undefined) return []
    const until = endorsement.until === undefined ? '' : ` until ${endorsement.until.slice(11, 16)} UTC`
    return [
      `*First of two:* ${actorText(actor)} pressed “${buttonLabel(endorsement.says, { incident, changes })}”. Another person has to press the same${until}.`,
    ]
  })
}

/** True for a notice that needs people. Slack gives no alert when a message is updated, so such a notice is posted as a reply too. */
export function needsAttention(kind: Notice['kind']): boolean {
  return (
    kind === 'ask' ||
    kind === 'restricted' ||
    kind === 'contained' ||
    kind === 'reversed' ||
    kind === 'in-use' ||
    kind === 'step-gone' ||
    kind === 'escalated' ||
    kind === 'unknown-event'
  )
}
