import * as z from 'zod'
import type { Change } from './change.ts'
import { printable } from './printable.ts'

/** The most characters and lines of a comment: with up to 9 bytes a character it fits into a form of the console, which has 16 KB. */
export const COMMENT_LIMIT = 1500
export const COMMENT_LINES = 40

/** The text of a comment on an incident, as somebody wrote it. It is shown to people, and to no model. */
export const CommentText = z.string().min(1).max(COMMENT_LIMIT)

/** What a person said about an incident: an entry of its chain. */
export interface Comment {
  readonly at: string
  readonly by: string
  readonly text: string
}

/** The comments in an incident's chain, oldest first. */
export function commentsIn(changes: readonly Change[]): Comment[] {
  return changes.filter(({ kind }) => kind === 'comment').map(({ at, actor, to }) => ({ at, by: actor, text: String(to) }))
}

/** The lines of a comment, each printable; empty ones are left out. */
export function commentLines({ text }: Pick<Comment, 'text'>): string[] {
  return text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .filter((line) => line.trim() !== '')
    .slice(0, COMMENT_LINES)
    .map((line) => printable(line, COMMENT_LIMIT))
}

/** True for an entry that people wrote for each other, which decides nothing. */
export function isForPeople({ kind }: Pick<Change, 'kind'>): boolean {
  return kind === 'comment' || kind === 'assignment'
}
