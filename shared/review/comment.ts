import type { Change } from '../domain/change.ts'
import { COMMENT_LIMIT, COMMENT_LINES, CommentText } from '../domain/comment.ts'
import { counted } from '../domain/counted.ts'
import { isWordless } from '../domain/reason.ts'
import { ResponderError } from '../errors.ts'
import { append, incidentSubject } from '../record/append.ts'
import { findIncident, type ReviewPorts } from './reviewer.ts'

/** What a comment or an assignment needs: the table, and no other right. */
export type CommentPorts = Pick<ReviewPorts, 'incidents' | 'record' | 'clock'>

/**
 * Writes a comment into the chain of an incident, in any state, also of a closed or archived one. Of two at once both are kept. It decides nothing: the
 * incident is not written, so no button or form becomes stale by it. Returns the entry.
 *
 * Throws `usage`, `incident.unknown` or `record.conflict`.
 */
export async function comment(incidentId: string, { text, by }: { text: string; by: string }, ports: CommentPorts): Promise<Change> {
  const said = commentIn(text)
  await findIncident(incidentId, ports)
  const at = new Date(ports.clock.now()).toISOString()
  const draft = { at, actor: by, kind: 'comment', target: `incident:${incidentId}`, from: null, to: said, why: 'a comment' } as const
  return append(ports.record, incidentSubject(incidentId), draft)
}

/** The comment in what a person wrote. Throws `usage` where there is none, or too much. */
export function commentIn(text: string): string {
  const said = text.trim().replace(/\r\n?/g, '\n')
  if (isWordless(said)) throw new ResponderError('usage', 'a comment needs a text, which the record keeps: --text "what you found"')
  const lines = said.split('\n').length
  if (CommentText.safeParse(said).success && lines <= COMMENT_LINES) return said
  throw new ResponderError(
    'usage',
    `a comment has up to ${COMMENT_LIMIT} characters and ${COMMENT_LINES} lines, got ${said.length} characters in ${counted(lines, 'line')}; write two`,
  )
}
