import type { Change } from '../../shared/domain/change.ts'
import { commentLines, commentsIn } from '../../shared/domain/comment.ts'
import { printable } from '../../shared/domain/printable.ts'
import { moment, type Paint } from './style.ts'

/** What people said about an incident, oldest first, each with who and when; empty where nobody did. */
export function renderComments(changes: readonly Change[], paint: Paint): string[] {
  const comments = commentsIn(changes)
  if (comments.length === 0) return []
  const each = comments.flatMap((comment) => [
    `  ${moment(Date.parse(comment.at))} ${printable(comment.by, 120)}`,
    ...commentLines(comment).map((line) => `    ${line}`),
  ])
  return [`${paint('bold', 'Comments')} (UTC)`, ...each, '']
}
