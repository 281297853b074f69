import type { SectionBlock } from '@slack/types'
import { slackUserOf } from '../domain/approval.ts'
import type { Incident } from '../domain/incident.ts'
import { printable } from '../domain/printable.ts'
import { standingText } from '../domain/standing.ts'
import type { Part } from '../domain/story/said.ts'

/** Slack's limits in characters for a section's text, a header, the text beside the blocks and the text of a dialog that asks back. */
export const LIMITS = { section: 3000, header: 150, text: 4000, dialog: 300 } as const

/** Escapes the three control characters of mrkdwn. Without them text can form no mention and no link. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Formats text that an attacker may have written: clipped, and as code, in which Slack renders no link, emoji or format. */
export function code(text: string, limit: number): string {
  const clean = printable(text, limit).replaceAll('`', "'").trim()
  return clean === '' ? '`?`' : `\`${escaped(clean)}\``
}

/** Formats the author of an entry: a mention for a Slack user, else the name as code. */
export function actorText(actor: string): string {
  const user = slackUserOf(actor)
  return user !== undefined && /^[UW][A-Z0-9]{2,20}$/.test(user) ? `<@${user}>` : code(actor, 120)
}

/** Joins lines into one section and drops lines beyond Slack's limit. `verbatim` stops Slack from linking bare addresses. */
export function section(lines: readonly string[]): SectionBlock {
  let text = ''
  for (const line of lines) {
    const next = text === '' ? line : `${text}\n${line}`
    if (next.length > LIMITS.section) break
    text = next
  }
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }
}

/** Who an incident is about, whose that is, which is text of whoever may tag, why it matters, and who works on it: a Slack user is mentioned. */
export function whoLines(incident: Pick<Incident, 'identity' | 'criticality' | 'owner' | 'assignment'>): string[] {
  const { identity, owner, assignment } = incident
  const assignee = assignment?.to ?? undefined
  const criticality = standingText(incident)
  return [
    `*Who* ${identity.kind} ${code(identity.id, 200)}`,
    ...(owner === undefined ? [] : [`*Owner* ${code(owner, 120)}`]),
    ...(criticality === undefined ? [] : [`*Critical* ${escaped(criticality)}`]),
    ...(assignee === undefined ? [] : [`*Assigned to* ${actorText(assignee)}`]),
  ]
}

/** As many whole sentences of a text as fit. One that is longer than all the room is cut. */
export function wholeSentences(text: string, limit: number): string {
  if (text.length <= limit) return printable(text, limit)
  const end = text.slice(0, limit + 1).lastIndexOf('. ')
  return printable(end < 0 ? text : text.slice(0, end + 1), limit)
}

/** A sentence as mrkdwn: words of ours escaped, names as code. */
export function sentenceText(parts: readonly Part[]): string {
  return parts.map((part) => (typeof part === 'string' ? escaped(part) : code(part.name, 100))).join('')
}

/** A line of the stages as code, each command in backticks as code of its own, so that it can be copied. */
export function codeWithCommands(line: string, limit: number): string {
  return printable(line, limit)
    .split('`')
    .flatMap((part) => (part.trim() === '' ? [] : [code(part, limit)]))
    .join(' ')
}
