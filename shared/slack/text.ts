import type { SectionBlock } from '@slack/types'
import { slackUserOf } from '../domain/approval.ts'
import { printable } from '../record/notice.ts'

/** Slack's limits in characters: a section's text, a header, the text beside the blocks. */
export const LIMITS = { section: 3000, header: 150, text: 4000 } as const

/** Text for mrkdwn: the three characters that Slack reads as mark-up. Mentions and links need one of them. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Text that an attacker may have written: clipped, and as code, where Slack makes no link, no emoji and no format of it. */
export function code(text: string, limit: number): string {
  const clean = printable(text, limit).replaceAll('`', "'").trim()
  return clean === '' ? '`?`' : `\`${escaped(clean)}\``
}

/** Whoever gave a verdict: a mention for a user of Slack, else the name as code. */
export function actorText(actor: string): string {
  const user = slackUserOf(actor)
  return user !== undefined && /^[UW][A-Z0-9]{2,20}$/.test(user) ? `<@${user}>` : code(actor, 120)
}

/** Lines as one section, each whole or not at all. `verbatim` keeps Slack from making links of bare addresses. */
export function section(lines: readonly string[]): SectionBlock {
  let text = ''
  for (const line of lines) {
    const next = text === '' ? line : `${text}\n${line}`
    if (next.length > LIMITS.section) break
    text = next
  }
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }
}
