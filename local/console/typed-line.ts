import { html } from 'hono/html'
import { asTyped } from '../command-name.ts'
import { type Markup, shown } from '../page/document.ts'
import type { Target } from '../target.ts'

/** A line of the stages for a page: each `countersign …` in backticks as this person types it, and whatever stands in backticks as code. */
export function typedLine(line: string, room: Pick<Target, 'options'>, limit = 600): Markup {
  const parts = shown(asTyped(line, room), limit).split('`')
  // The last of an even number of parts follows a backtick that nothing closes.
  const isCode = (at: number) => at % 2 === 1 && at < parts.length - 1
  return html`${parts.map((part, at) => (isCode(at) ? html`<code>${part}</code>` : at % 2 === 1 ? `\`${part}` : part))}`
}
