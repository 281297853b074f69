import type { Hono } from 'hono'
import { incidentSubject } from '../../shared/record/append.ts'
import { findIncident } from '../../shared/review/reviewer.ts'
import type { Target } from '../target.ts'
import { LISTED } from './incidents-page.ts'
import { stampOf } from './stamp.ts'
import { toldOnThePage } from './unreadable.ts'

/** Adds what a page asks, to learn whether what it shows has changed: the stamp of the list, or of one incident. */
export function addPulseRoute(app: Hono, target: Pick<Target, 'incidents' | 'record'>): void {
  app.get('/pulse', async (context) => {
    const id = context.req.query('incident')
    if (id === undefined) return context.text(stampOf(await target.incidents.listOpen(LISTED, toldOnThePage)))
    const [{ value: incident }, last] = await Promise.all([findIncident(id, target), target.record.last(incidentSubject(id))])
    return context.text(stampOf([incident], last))
  })
}
