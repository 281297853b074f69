import * as z from 'zod'
import type { Change } from './change.ts'
import { printable } from './printable.ts'

/** The longest name of whom an incident is assigned to: the ARN of a session has about 150 characters. */
export const ASSIGNEE_LIMIT = 200

/** What lists and filters call an incident without an assignee; nobody can have that name. */
export const NOBODY = 'nobody'

/** Whom an incident is assigned to: a name as people write it, an ARN, `local:user` or `slack:U0123ABCD`. Text of whoever assigned it. */
export const Assignee = z.string().min(1).max(ASSIGNEE_LIMIT)

/**
 * Who works on an incident, as its last assignment says: `to` is null where it was given back. `entry` is the number of the change in the incident's
 * chain, by which the latest of two assignments at once counts. It decides nothing: reminders, the page and the expiry go on.
 */
export const Assignment = z
  .strictObject({ to: Assignee.nullable(), by: z.string(), at: z.iso.datetime(), entry: z.int().min(1) })
  .readonly()
export type Assignment = z.infer<typeof Assignment>

/** The last assignment in an incident's chain; undefined where it never was assigned. */
export function assignmentIn(changes: readonly Change[]): Assignment | undefined {
  const last = changes.findLast(({ kind }) => kind === 'assignment')
  if (last === undefined) return undefined
  return { to: (last.to ?? null) as string | null, by: last.actor, at: last.at, entry: last.number }
}

/** Whom an incident is assigned to, as one printable text. */
export function assigneeText(assignment: Pick<Assignment, 'to'> | undefined, limit = ASSIGNEE_LIMIT): string {
  return printable(assignment?.to ?? NOBODY, limit)
}

/** The same in short, for a column: of an ARN the name at its end. */
export function shortAssignee(assignment: Pick<Assignment, 'to'> | undefined, limit: number): string {
  const to = assignment?.to ?? ''
  return printable(to.startsWith('arn:') ? to.slice(to.lastIndexOf('/') + 1) : to, limit)
}
