import type { ActionsBlock, Button, ConfirmationDialog, KnownBlock } from '@slack/types'
import { pendingOf } from '../contain/pending.ts'
import { standingSteps } from '../contain/progress.ts'
import { acceptedLines } from '../domain/accepted-lines.ts'
import type { Change } from '../domain/change.ts'
import { type Incident, isClosed } from '../domain/incident.ts'
import { offeredFor } from '../domain/offered.ts'
import type { Policy } from '../domain/policy.ts'
import { reasonsOf } from '../domain/reasons.ts'
import { reportLines } from '../domain/report-lines.ts'
import { nothingDoneLine, restrictionLines, stopsLittle } from '../domain/restriction-lines.ts'
import { revisionOf } from '../domain/revision.ts'
import { isAboutSeveral } from '../domain/same-finding.ts'
import { minuteText } from '../domain/time.ts'
import type { Notice } from '../ports/notices.ts'
import { measureOf, printable, SEVERAL } from '../record/notice.ts'
import { leftUsable, whatReviewDoes } from '../review/what-follows.ts'
import { actionId, type ButtonKind, buttonValue } from './button.ts'
import { actorText, code, escaped, LIMITS, section, whoLines } from './text.ts'

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
  readonly isReversed?: boolean
  /** The title of a notice that something of the containment went or does not work, in place of that of the state. */
  readonly alarm?: string | undefined
}

/** Lines per section of a message, which is read at night, on a phone. */
const LINES = 3

/** Builds the message of an incident: priority, identity, findings, steps taken, open tasks, verdict, and the buttons that its state allows. */
export function messageOf(input: MessageInput): Message {
  const { incident, changes } = input
  const title = titleOf(input)
  const blocks: KnownBlock[] = [
    { type: 'header', text: { type: 'plain_text', text: printable(title, LIMITS.header), emoji: false } },
    section([
      `*Priority ${incident.priority}* (risk ${Math.round(incident.assessment.risk)}, blast radius ${incident.blastRadius.score})`,
      ...whoLines(incident),
    ]),
    ...reportedIn(incident),
    section(['*Why*', ...whyOf(incident)]),
    section(['*Done*', ...doneOf(incident, changes)]),
  ]
  const restriction = restrictionLines(incident)
  if (restriction !== undefined)
    blocks.push(
      section(
        ['*Restricted*', restriction.refused, restriction.goesOn, `Answers: ${restriction.answers}`].map((line, at) =>
          at === 0 ? line : escaped(line),
        ),
      ),
    )
  const nothingDone = nothingDoneLine(incident)
  if (nothingDone !== undefined) blocks.push(section([escaped(nothingDone)]))
  const waits = pendingLines(incident)
  if (waits.length > 0) blocks.push(section(['*To do*', ...waits]))
  const outcome = outcomeOf(incident, changes)
  if (outcome.length > 0) blocks.push(section(outcome))
  blocks.push(buttonsOf(input), {
    type: 'context',
    elements: [{ type: 'mrkdwn', text: `${incident.id} · ${incident.state} · tier ${code(incident.decision.tier, 60)}`, verbatim: true }],
  })
  return { text: escaped(printable(title, LIMITS.header)), blocks }
}

function titleOf({ incident, isReversed, alarm }: MessageInput): string {
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
      return `Contained ${who}, please countersign`
    case 'releasing':
      return `Releasing ${who}`
    case 'released':
      return `Released ${who}`
    case 'rotating':
      return `Confirmed: the keys of ${who} are being rotated`
    case 'confirmed':
      return `Confirmed: ${who} was compromised`
    case 'expired':
      return `Closed: nobody answered about ${who}`
  }
}

/** Who reported what when. Places and types are texts of others. */
function reportedIn(incident: Incident): KnownBlock[] {
  const lines = reportLines(incident, undefined)
  if (lines === undefined) return []
  const { reported, used } = lines
  const more = reported.length > LINES ? [`… and ${reported.length - LINES} more (Details)`] : []
  if (isAboutSeveral(incident)) more.push(`${SEVERAL}: \`incidents show ${incident.id}\` names the open ones.`)
  return [section(['*Reported*', ...reported.slice(0, LINES).map((line) => `• ${code(line, 300)}`), ...more, ...used.map(escaped)])]
}

function whyOf(incident: Incident): string[] {
  return reasonsOf(incident)
    .contributions.slice(0, LINES)
    .map(({ finding, share }) => `• ${escaped(finding.title)} (+${Math.round(share)}): ${code(finding.reason, 120)}`)
}

function doneOf(incident: Incident, changes: readonly Change[]): string[] {
  const steps = standingSteps(changes).filter(({ isDone }) => isDone)
  if (steps.length === 0) return [incident.state === 'released' ? undoneText(incident) : 'Nothing was changed.']
  const more = steps.length > LINES ? [`… and ${steps.length - LINES} more (Details)`] : []
  return [...steps.slice(0, LINES).map(({ target }) => `• ${code(target, 160)}`), ...more]
}

function undoneText({ containedAt, restrictedAt }: Incident): string {
  if (containedAt !== undefined) return 'The containment was undone.'
  return restrictedAt === undefined ? 'Nothing was changed.' : 'The restriction was undone.'
}

function pendingLines(incident: Incident): string[] {
  if (incident.state === 'released') return []
  const reasons = incident.state === 'asking' ? incident.decision.why.slice(-1).map((line) => `• ${code(line, 200)}`) : []
  const pending = pendingOf(incident)
  const more = pending.length > LINES ? [`… and ${pending.length - LINES} more (Details)`] : []
  return [...reasons, ...pending.slice(0, LINES).map((line) => `• ${code(line, 200)}`), ...more]
}

/** The order, verdict or extension of people, with its author and reason. */
function outcomeOf(incident: Incident, changes: readonly Change[]): string[] {
  const { verdict, state } = incident
  const ordered = changes.findLast(({ kind, to }) => kind === 'verdict' && to === 'containing')
  const lines = ordered === undefined ? [] : [`*Containment ordered* by ${actorText(ordered.actor)}: ${code(ordered.why, 200)}`]
  if (verdict !== undefined)
    lines.push(`*${verdict.kind === 'legitimate' ? 'Released' : 'Confirmed'}* by ${actorText(verdict.by)}: ${code(verdict.reason, 200)}`)
  for (const { says, revoke } of acceptedLines(incident).slice(0, LINES))
    lines.push(escaped(printable(says, 400)), `Revoke: ${code(`countersign ${revoke} --reason "…"`, 200)}`)
  const extension = changes.findLast(({ kind }) => kind === 'extension')
  if (extension !== undefined && incident.extendedUntil !== undefined && verdict === undefined)
    lines.push(`*Extended until* ${minuteText(incident.extendedUntil)} by ${actorText(extension.actor)}: ${code(extension.why, 200)}`)
  const left = state === 'confirmed' ? leftUsable(incident, changes) : undefined
  if (left !== undefined) lines.push(code(left, 300))
  if (verdict?.kind === 'legitimate' && state === 'asking') lines.push('Not every step could be undone: see the open tasks.')
  return [...lines, ...firstOfTwo(incident, changes)]
}

function firstOfTwo(incident: Incident, changes: readonly Change[]): string[] {
  const revision = revisionOf(incident)
  return changes.flatMap(({ kind, to, actor }) => {
    const endorsement = to as { says?: ButtonKind; revision?: string; until?: string } | null
    if (kind !== 'endorsement' || endorsement?.revision !== revision || endorsement.says === undefined) return []
    const until = endorsement.until === undefined ? '' : ` until ${endorsement.until.slice(11, 16)} UTC`
    return [`*First of two:* ${actorText(actor)} pressed “${LABELS[endorsement.says]}”. Another person has to press the same${until}.`]
  })
}

/** The labels of the buttons. */
const LABELS: Readonly<Record<ButtonKind, string>> = {
  legitimate: 'Release',
  compromised: 'Confirm compromise',
  contain: 'Contain now',
  revoke: 'Ask again',
  explain: 'Explain',
  details: 'Details',
}

function kindsFor(incident: Incident): ButtonKind[] {
  const offered = offeredFor(incident).flatMap((kind) => (kind === 'extend' ? [] : [kind]))
  const revocable: ButtonKind[] = acceptedLines(incident).length === 0 ? [] : ['revoke']
  return [...offered, ...revocable, 'explain', 'details']
}

function buttonsOf({ incident, changes, policy }: MessageInput): ActionsBlock {
  const value = buttonValue(incident.id, revisionOf(incident))
  const button = (kind: ButtonKind): Button => {
    const wantsReason = (policy.slack.reasonFor as readonly string[]).includes(kind === 'revoke' ? 'legitimate' : kind)
    const style = STYLES[kind]
    const text = { type: 'plain_text', text: LABELS[kind], emoji: false } as const
    const confirm = dialogOf(kind, { incident, changes, policy })
    return {
      type: 'button',
      action_id: actionId(kind, wantsReason),
      text,
      value,
      ...(style === undefined ? {} : { style }),
      ...(confirm === undefined ? {} : { confirm }),
    }
  }
  return { type: 'actions', block_id: 'review', elements: kindsFor(incident).map(button) }
}

const plain = (text: string) => ({ type: 'plain_text', text, emoji: false }) as const

/**
 * Slack asks this before it sends the press: a verdict on what was never contained leaves it usable, a release is final, and a role has sessions of
 * others. Slack allows 100, 300 and 30 characters.
 */
function dialogOf(kind: ButtonKind, { incident, changes, policy }: MessageInput): ConfirmationDialog | undefined {
  if (kind === 'revoke')
    return {
      title: plain('Ask about it again?'),
      text: plain('What this release accepted is asked about again from the next call on. The release itself stays.'),
      confirm: plain(LABELS.revoke),
      deny: plain('Cancel'),
    }
  if (kind === 'legitimate' || (kind === 'contain' && incident.identity.kind === 'role')) {
    const text = printable(whatReviewDoes(kind, incident, { changes, policy }), LIMITS.dialog)
    return { title: plain(`${LABELS[kind]}?`), text: plain(text), confirm: plain(LABELS[kind]), deny: plain('Cancel') }
  }
  const left = kind === 'compromised' ? leftUsable(incident, changes) : undefined
  if (left === undefined) return undefined
  const first = offeredFor(incident).includes('contain') ? `To stop it, cancel and press “${LABELS.contain}”.` : 'Stop it by hand.'
  return {
    title: plain('Confirm without containing?'),
    text: plain(printable(`${left} Confirming closes the incident and stops nothing. ${first}`, LIMITS.dialog)),
    confirm: plain('Confirm, I stop it by hand'),
    deny: plain('Cancel'),
    style: 'danger',
  }
}

const STYLES: Readonly<Partial<Record<ButtonKind, 'primary' | 'danger'>>> = { legitimate: 'primary', compromised: 'danger' }

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
