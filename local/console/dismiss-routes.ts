import type { Hono } from 'hono'
import { dismissEach, lookAtEach } from '../dismiss-each.ts'
import { askPage, DismissForm, PickForm, resultPage } from './dismiss-pages.ts'
import type { RouteParts } from './pattern-routes.ts'
import { readForm } from './read-form.ts'

/** Adds the dismissal of several incidents: a page that asks once more, and what became of each. */
export function addDismissRoutes(app: Hono, { target, room, whole, limited }: RouteParts): void {
  app.post('/dismiss', limited, async (context) => {
    const { pick, reason } = readForm(PickForm, await context.req.parseBody({ all: true }))
    return context.html(whole(askPage(await lookAtEach(target, pick), reason, room), ''))
  })
  // To load the page of results again does no harm: what was dismissed is refused, as dismissed already.
  app.post('/dismiss/given', limited, async (context) => {
    const { pick, reason } = readForm(DismissForm, await context.req.parseBody({ all: true }))
    const picked = pick.map((one) => ({ id: one.slice(0, one.indexOf(':')), revision: one.slice(one.indexOf(':') + 1) }))
    return context.html(whole(resultPage(await dismissEach(target, picked, reason), room), ''))
  })
}
