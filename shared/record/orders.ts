import type { Incident } from '../domain/incident.ts'
import type { ChangeRecord } from '../ports/stores.ts'
import { append } from './append.ts'

/**
 * The chain of a person's orders to contain an incident. It is not the incident's own: respond, which reads what intruders write,
 * may write that one, and an order lifts the policy's mode.
 */
export function orderSubject(incidentId: string): string {
  return `ORDER#${incidentId}`
}

/** Writes down that a person wants an incident contained whatever the policy's mode is. */
export async function order(incidentId: string, { by, reason, at }: { by: string; reason: string; at: string }, record: ChangeRecord) {
  const target = `incident:${incidentId}`
  await append(record, orderSubject(incidentId), { at, actor: by, kind: 'order', target, from: null, to: 'contain', why: reason })
}

/** True where a person has ordered the containment and nobody has released the incident since. */
export async function isOrdered({ id, verdict }: Incident, record: ChangeRecord): Promise<boolean> {
  const last = await record.last(orderSubject(id))
  return last?.kind === 'order' && last.to === 'contain' && !(verdict?.kind === 'legitimate' && verdict.at >= last.at)
}
