import { html } from 'hono/html'
import * as z from 'zod'
import { type Markup, shown } from '../page/document.ts'

/** The most characters of a reason. */
const LIMIT = 500

/** The reason of a verdict in a form. A browser sends each end of a line as two characters, which count and are recorded as one. */
export const ReasonField = z
  .string()
  .transform((text) => text.replace(/\r\n?/g, '\n'))
  .pipe(z.string().trim().min(1, 'a verdict needs a reason').max(LIMIT, `a reason has ${LIMIT} characters at most`))

/** A reason on the page that asks once more, with a hidden field that sends it as it is shown. */
export function reasonAsked(reason: string, caller: string): Markup {
  const lines = reason.split('\n').map((line) => shown(line, LIMIT))
  return html`<p>Why (for the record, as ${shown(caller, 120)}):</p><blockquote class="reason">${lines.join('\n')}</blockquote><input type="hidden" name="reason" value="${reason}">`
}
