import type { Incident } from '../domain/incident.ts'
import type { ChangeRecord } from '../ports/stores.ts'
import { append } from './append.ts'

/**
 * The subject of the chain with a person's orders to contain an incident.
 *
 * An order overrides the policy's mode. It therefore has a chain of its own that `respond`, which processes input of intruders, may not write.
 */
export function orderSubject(incidentId: string): string {
  return `ORDER#${incidentId}`
}

/** Records a person's order to contain an incident whatever the policy's mode is. */
export async function order(incidentId: string, { by, reason, at }: { by: string; reason: string; at: string }, record: ChangeRecord) {
  const target = `incident:${incidentId}`
  await append(record, orderSubject(incidentId), { at, actor: by, kind: 'order', target, from: null, to: 'contain', why: reason })
}

/** True when a person has ordered the containment and nobody has released the incident since. */
export async function isOrdered({ id, verdict }: Incident, record: ChangeRecord): Promise<boolean> {
  const last = await record.last(orderSubject(id))
  return last?.kind === 'order' && last.to === 'contain' && !(verdict?.kind === 'legitimate' && verdict.at >= last.at)
}
