import type { Hono } from 'hono'
import { assign } from '../../shared/review/assign.ts'
import { comment } from '../../shared/review/comment.ts'
import type { RouteParts } from './pattern-routes.ts'
import { readForm } from './read-form.ts'
import { AssignForm, CommentForm } from './team-section.ts'

/** Adds the forms by which an incident is assigned and commented on. */
export function addTeamRoutes(app: Hono, { target, room, limited }: RouteParts): void {
  const pageOf = (id: string, said: string) => `${room.base}/incidents/${encodeURIComponent(id)}?said=${said}#team`
  app.post('/incidents/:id/assign', limited, async (context) => {
    const id = context.req.param('id')
    const { who, to, seen } = readForm(AssignForm, await context.req.parseBody())
    const assignee = who === 'nobody' ? null : who === 'me' ? target.caller : to
    await assign(id, { to: assignee, by: target.caller, seen }, target)
    return context.redirect(pageOf(id, 'assigned'), 303)
  })
  app.post('/incidents/:id/comment', limited, async (context) => {
    const id = context.req.param('id')
    const { text } = readForm(CommentForm, await context.req.parseBody())
    await comment(id, { text, by: target.caller }, target)
    return context.redirect(pageOf(id, 'commented'), 303)
  })
}
