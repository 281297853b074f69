import type { Incident } from '../shared/domain/incident.ts'
import { UnreadableEntry, UnreadableItem } from '../shared/errors.ts'
import type { IncidentWithChanges } from '../shared/learn/measure/incident-with-changes.ts'
import { type Measures, measure, type Period } from '../shared/learn/measure/measure.ts'
import type { OnUnreadable } from '../shared/ports/stores.ts'
import { incidentSubject, POLICY_SUBJECT } from '../shared/record/append.ts'
import { wholeOf } from '../shared/record/archived.ts'
import type { Target } from './target.ts'

/** Chains that are read at the same time: a deployed table answers in parallel. */
const AT_ONCE = 16

/** Measures a period of a target: reads every incident, and the chains of those that were opened in it. What cannot be read is told of and left out. */
export async function measured(
  { incidents, record }: Pick<Target, 'incidents' | 'record'>,
  period: Period,
  onUnreadable?: OnUnreadable,
): Promise<Measures> {
  const opened: Incident[] = []
  for await (const incident of incidents.listAll(onUnreadable))
    if (incident.openedAt >= period.since && incident.openedAt < period.until) opened.push(incident)
  const chained: IncidentWithChanges[] = []
  for (let at = 0; at < opened.length; at += AT_ONCE) {
    const some = opened.slice(at, at + AT_ONCE)
    const read = await Promise.all(some.map((incident) => withChain(incident, { incidents, record }, onUnreadable)))
    chained.push(...read.filter((one) => one !== undefined))
  }
  return measure(chained, await record.list(POLICY_SUBJECT), period)
}

async function withChain(
  listed: Incident,
  { incidents, record }: Pick<Target, 'incidents' | 'record'>,
  onUnreadable?: OnUnreadable,
): Promise<IncidentWithChanges | undefined> {
  try {
    const incident = await wholeOf(listed, incidents)
    return { incident, changes: await record.list(incidentSubject(listed.id)) }
  } catch (cause) {
    if (onUnreadable !== undefined && cause instanceof UnreadableItem) {
      onUnreadable(cause)
      return undefined
    }
    if (onUnreadable === undefined || !(cause instanceof UnreadableEntry)) throw cause
    onUnreadable(new UnreadableItem(cause.subject, `entry ${cause.number} of its chain`))
    return undefined
  }
}
