import { html } from 'hono/html'
import * as z from 'zod'
import { ASSIGNEE_LIMIT, assigneeText, assignmentIn } from '../../shared/domain/assignment.ts'
import type { Change } from '../../shared/domain/change.ts'
import { COMMENT_LIMIT, COMMENT_LINES, type Comment, commentLines, commentsIn } from '../../shared/domain/comment.ts'
import { counted } from '../../shared/domain/counted.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { commandOn } from '../command-name.ts'
import { type Markup, shown } from '../page/document.ts'
import { moment } from '../render/style.ts'
import { changeForm } from './change-form.ts'
import type { Room } from './frame.ts'
import { latest } from './latest.ts'

/** The most comments that are shown here, the latest. */
const COMMENTS = 20

/** The fields of the form that assigns. `seen` is the number of the assignment that the page showed, 0 for none. */
export const AssignForm = z.strictObject({
  who: z.enum(['named', 'me', 'nobody']),
  to: z.string().max(ASSIGNEE_LIMIT, `a name has ${ASSIGNEE_LIMIT} characters at most`).default(''),
  seen: z.coerce.number().int().min(0),
})

/** The field of the form that comments. A browser sends each end of a line as two characters. */
export const CommentForm = z.strictObject({
  text: z.string().max(COMMENT_LIMIT + COMMENT_LINES, `a comment has ${COMMENT_LIMIT} characters at most`),
})

/** Who works on an incident, for the lead of its page. */
export function assignedIn(changes: readonly Change[]): Markup {
  const assignment = assignmentIn(changes)
  return html`<a href="#team">assigned to <strong>${assigneeText(assignment)}</strong></a>`
}

/** Who works on the incident and what people said about it, with a form for each. */
export function teamSection({ incident, changes }: { incident: Incident; changes: readonly Change[] }, room: Room): Markup {
  const { base, caller } = room
  const { id, archived } = incident
  const { items, note } = latest(commentsIn(changes), { most: COMMENTS, of: 'comments', command: commandOn(room, `incidents show ${id}`) })
  const path = `${base}/incidents/${encodeURIComponent(id)}`
  const said = items.length === 0 ? html`<p>No comment yet.</p>` : html`${note}<ul>${items.map(commentItem)}</ul>`
  const comment = html`<label for="comment">Comment (for the record, as ${shown(caller, 120)})</label>
<textarea id="comment" name="text" rows="2" maxlength="${COMMENT_LIMIT}" required></textarea><div class="verdicts"><button>Comment</button></div>`
  return html`<p>${assignedText(changes)}</p>
${archived === undefined ? assignForm(changes, path, room) : ''}${said}${changeForm(room, { action: `${path}/comment` }, comment)}`
}

/** How much there is of it, for the head of the fold-out. */
export function teamText(changes: readonly Change[]): string {
  const count = commentsIn(changes).length
  return count === 0 ? 'no comment' : counted(count, 'comment')
}

function assignedText(changes: readonly Change[]): Markup {
  const assignment = assignmentIn(changes)
  if (assignment === undefined) return html`Nobody works on it yet. An assignment answers nothing: reminders and the page go on.`
  const { by, at } = assignment
  return html`Assigned to <strong>${assigneeText(assignment)}</strong> by ${shown(by, 120)}, ${moment(Date.parse(at))} UTC. That answers nothing: reminders and the page go on.`
}

/** The named person's button comes first: Enter in the field presses it. */
function assignForm(changes: readonly Change[], path: string, room: Room): Markup | '' {
  const assignment = assignmentIn(changes)
  const fields = html`<input type="hidden" name="seen" value="${assignment?.entry ?? 0}">
<div><label for="to">Who works on it</label><input id="to" name="to" maxlength="${ASSIGNEE_LIMIT}" autocomplete="off"></div>
<button name="who" value="named">Assign</button><button name="who" value="me">Assign to me</button>${typeof assignment?.to === 'string' ? html`<button name="who" value="nobody">Assign to nobody</button>` : ''}`
  return changeForm(room, { action: `${path}/assign`, isLine: true }, fields)
}

function commentItem(comment: Comment): Markup {
  return html`<li><span class="faint">${moment(Date.parse(comment.at))} UTC, ${shown(comment.by, 120)}</span>${commentText(comment)}</li>`
}

/** A comment as lines; `html` escapes each. */
export function commentText(comment: Pick<Comment, 'text'>): Markup {
  return html`${commentLines(comment).map((line) => html`<br>${line}`)}`
}
