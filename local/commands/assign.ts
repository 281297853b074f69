import { assigneeText } from '../../shared/domain/assignment.ts'
import { printable } from '../../shared/domain/printable.ts'
import { assign, assigneeIn } from '../../shared/review/assign.ts'
import { comment, commentIn } from '../../shared/review/comment.ts'
import { jsonText } from '../render/json-text.ts'
import type { Target } from '../target.ts'
import { whoOf } from './incidents.ts'

/** What an assignment will do, for the person who is about to give it. `to` is null where the incident is given back. */
export async function whatAssigningDoes(target: Target, id: string, to: string | null): Promise<string> {
  const name = to === null ? null : assigneeIn(to)
  const now = (await target.incidents.get(id))?.value.assignment
  return [
    await whoOf(target, id),
    `It is assigned to ${assigneeText({ to: name })}; until now to ${assigneeText(now)}. That answers nothing: reminders and the page go on.`,
  ].join('\n')
}

/** Assigns an incident to somebody, or with null to nobody. */
export async function assignIncident(target: Target, id: string, { to, isJson }: { to: string | null; isJson: boolean }): Promise<string> {
  const incident = await assign(id, { to, by: target.caller }, target)
  return isJson ? jsonText(incident) : `Incident ${id} is assigned to ${assigneeText(incident.assignment)}.`
}

/** What a comment will do, for the person who is about to write it. */
export async function whatCommentingDoes(target: Target, id: string, text: string): Promise<string> {
  const said = commentIn(text)
  return `${await whoOf(target, id)}\nThe record keeps this comment for good, as ${printable(target.caller, 200)}: ${printable(said, 300)}`
}

/** Writes a comment into the record of an incident. */
export async function commentOnIncident(target: Target, id: string, { text, isJson }: { text: string; isJson: boolean }): Promise<string> {
  const entry = await comment(id, { text, by: target.caller }, target)
  return isJson ? jsonText(entry) : `Noted on ${id}, as entry ${entry.number} of its record.`
}
