import type { Hono } from 'hono'
import type { Clock } from '../../shared/ports/runtime.ts'
import { readPolicy } from '../../shared/record/policy-in-force.ts'
import type { RouteParts } from './pattern-routes.ts'
import { detectorsPage, policyPage } from './policy-page.ts'

/** Adds the page of the policy in force, and that of the detectors as it tunes them. */
export function addPolicyRoutes(app: Hono, { target, room, whole }: RouteParts, clock: Clock): void {
  app.get('/policy', async (context) =>
    context.html(whole(policyPage({ ...(await readPolicy(target.record)), now: clock.now() }, room), '/policy')),
  )
  app.get('/detectors', async (context) => {
    const { policy } = await readPolicy(target.record)
    return context.html(whole(detectorsPage({ policy, now: clock.now() }, room), '/policy'))
  })
}
