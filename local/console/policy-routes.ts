import type { Hono } from 'hono'
import type { Clock } from '../../shared/ports/runtime.ts'
import { readPolicy } from '../../shared/record/policy-in-force.ts'
import type { RouteParts } from './pattern-routes.ts'
import { detectorsPage, policyPage } from './policy-page.ts'
import { sourcesPage } from './sources-page.ts'
import { sourcesSeen, unprocessedOf } from './sources-seen.ts'
import { collected } from './unreadable.ts'

/** Adds the page of the policy in force, that of the detectors as it tunes them, and that of the sources as it believes them. */
export function addPolicyRoutes(app: Hono, { target, room, whole }: RouteParts, clock: Clock): void {
  app.get('/policy', async (context) =>
    context.html(whole(policyPage({ ...(await readPolicy(target.record)), now: clock.now() }, room), '/policy')),
  )
  app.get('/detectors', async (context) => {
    const { policy } = await readPolicy(target.record)
    return context.html(whole(detectorsPage({ policy, now: clock.now() }, room), '/policy'))
  })
  app.get('/sources', async (context) => {
    const { unreadable, onUnreadable } = collected()
    const [{ policy }, seen, unprocessed] = await Promise.all([
      readPolicy(target.record),
      sourcesSeen(target, onUnreadable),
      unprocessedOf(target),
    ])
    return context.html(whole(sourcesPage({ policy, seen, unprocessed, now: clock.now() }, room), '/sources', unreadable))
  })
}
