import type { ActionsBlock, Button, ConfirmationDialog } from '@slack/types'
import { acceptedLines } from '../domain/accepted-lines.ts'
import type { Change } from '../domain/change.ts'
import { isHighRisk } from '../domain/high-risk.ts'
import type { Incident } from '../domain/incident.ts'
import { offeredFor } from '../domain/offered.ts'
import type { Policy } from '../domain/policy.ts'
import { printable } from '../domain/printable.ts'
import { revisionOf } from '../domain/revision.ts'
import { labelOf } from '../domain/story/answers.ts'
import { leftUsable, whatReviewDoes } from '../review/what-follows.ts'
import { actionId, type ButtonKind, buttonValue } from './button.ts'
import { LIMITS, wholeSentences } from './text.ts'

/** What the buttons of a message depend on. */
export interface ButtonsInput {
  readonly incident: Incident
  readonly changes: readonly Change[]
  readonly policy: Policy
}

/** The buttons that the incident's state allows. */
export function buttonsOf(input: ButtonsInput): ActionsBlock {
  const { incident, policy } = input
  const value = buttonValue(incident.id, revisionOf(incident))
  const button = (kind: ButtonKind): Button => {
    const wantsReason = (policy.slack.reasonFor as readonly string[]).includes(kind === 'revoke' ? 'legitimate' : kind)
    const style = styleOf(kind, input)
    const confirm = dialogOf(kind, input)
    return {
      type: 'button',
      action_id: actionId(kind, wantsReason),
      text: plain(buttonLabel(kind, input)),
      value,
      ...(style === undefined ? {} : { style }),
      ...(confirm === undefined ? {} : { confirm }),
    }
  }
  return { type: 'actions', block_id: 'review', elements: kindsFor(incident).map(button) }
}

/** What a button says. */
export function buttonLabel(kind: ButtonKind, { incident, changes }: Omit<ButtonsInput, 'policy'>): string {
  switch (kind) {
    case 'revoke':
      return 'Ask again'
    case 'explain':
      return 'Explain'
    case 'details':
      return 'Details'
    default:
      return labelOf(kind, incident, changes)
  }
}

function kindsFor(incident: Incident): ButtonKind[] {
  const offered = offeredFor(incident).flatMap((kind) => (kind === 'extend' ? [] : [kind]))
  const revocable: ButtonKind[] = acceptedLines(incident).length === 0 ? [] : ['revoke']
  return [...offered, ...revocable, 'explain', 'details']
}

function styleOf(kind: ButtonKind, { incident, policy }: ButtonsInput): 'primary' | 'danger' | undefined {
  if (kind === 'compromised') return 'danger'
  return kind === 'legitimate' && !isHighRisk(incident, policy) ? 'primary' : undefined
}

const plain = (text: string) => ({ type: 'plain_text', text, emoji: false }) as const

/** Slack asks this before it sends the press: what will happen, and to whom. Slack allows 100, 300 and 30 characters. */
function dialogOf(kind: ButtonKind, input: ButtonsInput): ConfirmationDialog | undefined {
  const { incident, changes, policy } = input
  if (kind === 'explain' || kind === 'details') return undefined
  const label = buttonLabel(kind, input)
  if (kind === 'revoke')
    return {
      title: plain('Ask about it again?'),
      text: plain('What this release accepted is asked about again from the next call on. The release itself stays.'),
      confirm: plain(label),
      deny: plain('Cancel'),
    }
  const who = printable(incident.identity.name, 64)
  const left = kind === 'compromised' ? leftUsable(incident, changes) : undefined
  if (left === undefined) {
    const text = wholeSentences(whatReviewDoes(kind, incident, { changes, policy, room: LIMITS.dialog }), LIMITS.dialog)
    return { title: plain(`${label}: ${who}?`), text: plain(text), confirm: plain(label), deny: plain('Cancel') }
  }
  const first = offeredFor(incident).includes('contain')
    ? `To stop it, cancel and press “${labelOf('contain', incident, changes)}”.`
    : 'Stop it by hand.'
  return {
    title: plain('Confirm without containing?'),
    text: plain(printable(`${left} Confirming closes the incident and stops nothing. ${first}`, LIMITS.dialog)),
    confirm: plain('Confirm, I stop it by hand'),
    deny: plain('Cancel'),
    style: 'danger',
  }
}
