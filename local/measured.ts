import type { Incident } from '../shared/domain/incident.ts'
import type { IncidentWithChanges } from '../shared/learn/measure/incident-with-changes.ts'
import { type Measures, measure, type Period } from '../shared/learn/measure/measure.ts'
import { incidentSubject, POLICY_SUBJECT } from '../shared/record/append.ts'
import type { Target } from './target.ts'

/** How many chains are read at once: a deployed table answers in parallel. */
const AT_ONCE = 16

/** Measures a period of a target: reads every incident, and the chains of those that were opened in it. */
export async function measured({ incidents, record }: Pick<Target, 'incidents' | 'record'>, period: Period): Promise<Measures> {
  const opened: Incident[] = []
  for await (const incident of incidents.listAll())
    if (incident.openedAt >= period.since && incident.openedAt < period.until) opened.push(incident)
  const chained: IncidentWithChanges[] = []
  for (let at = 0; at < opened.length; at += AT_ONCE) {
    const some = opened.slice(at, at + AT_ONCE)
    const chains = await Promise.all(some.map(({ id }) => record.list(incidentSubject(id))))
    chained.push(...some.map((incident, place) => ({ incident, changes: chains[place] ?? [] })))
  }
  return measure(chained, await record.list(POLICY_SUBJECT), period)
}
