import type { Hono } from 'hono'
import { checkPolicySeen, confirmPage } from './confirm-page.ts'
import type { RouteParts } from './pattern-routes.ts'
import { readForm } from './read-form.ts'
import { collected } from './unreadable.ts'
import { SaidForm } from './verdict-form.ts'

/** Adds the verdicts on an incident. What is final leads to a page that asks once more; the form of that page gives it. */
export function addVerdictRoutes(app: Hono, { target, room, whole, limited }: RouteParts): void {
  app.post('/incidents/:id/verdict', limited, async (context) => {
    const id = context.req.param('id')
    const { kind, isConfirmed, hours, policy, ...said } = readForm(SaidForm, await context.req.parseBody())
    if (kind !== 'extend' && !isConfirmed) {
      const { unreadable, onUnreadable } = collected()
      const page = await confirmPage(id, { ...said, kind }, { target, room, onUnreadable })
      return context.html(whole(page, '', unreadable))
    }
    if (isConfirmed) await checkPolicySeen(policy, target)
    const { awaitsSecond } = await target.review(id, { ...said, kind, ...(kind === 'extend' ? { hours } : {}) })
    const what = awaitsSecond ? 'second' : kind === 'extend' ? 'extended' : 'done'
    return context.redirect(`${room.base}/incidents/${encodeURIComponent(id)}?said=${what}`, 303)
  })
}
