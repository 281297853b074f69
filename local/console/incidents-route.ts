import type { Hono } from 'hono'
import type { Clock } from '../../shared/ports/runtime.ts'
import { readPolicy } from '../../shared/record/policy-in-force.ts'
import { everyIncident } from '../commands/incidents.ts'
import type { Target } from '../target.ts'
import { incidentsPage, LISTED } from './incidents-page.ts'
import { IncidentsQuery } from './incidents-query.ts'
import type { RouteParts } from './pattern-routes.ts'
import { collected } from './unreadable.ts'

/** Adds the list of incidents. */
export function addIncidentsRoute(app: Hono, { target, room, whole }: RouteParts, clock: Clock): void {
  app.get('/', async (context) => {
    const query = IncidentsQuery.parse(context.req.query())
    const { unreadable, onUnreadable } = collected()
    const [incidents, mode] = await Promise.all([
      query.all === '1' ? everyIncident(target, onUnreadable) : target.incidents.listOpen(LISTED, onUnreadable),
      modeOf(target, clock),
    ])
    return context.html(whole(incidentsPage({ incidents, query, mode }, room), '', unreadable))
  })
}

/** The mode in force, and whether it is that of an override. */
async function modeOf({ record }: Pick<Target, 'record'>, clock: Clock): Promise<string> {
  const { policy } = await readPolicy(record)
  const isOverridden = policy.override !== undefined && clock.now() < Date.parse(policy.override.until)
  return isOverridden ? `${policy.override?.mode}, overridden` : policy.mode
}
