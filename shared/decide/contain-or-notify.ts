import type { Incident, IncidentState } from '../domain/incident.ts'
import type { Versioned } from '../ports/stores.ts'
import { sendOwedNotice } from '../record/notice.ts'
import type { EvaluationContext } from './evaluation.ts'
import { isBetterKnownAlone } from './is-unchanged.ts'

/**
 * Contains or notifies, and requests the look-ups of an incident that were not begun. `before`: the incident until the signal, where it was there. Safe to repeat after
 * a batch that was interrupted.
 */
export async function containOrNotify(
  stored: Versioned<Incident>,
  context: Omit<EvaluationContext, 'unitOfWork'>,
  before?: Versioned<Incident>,
): Promise<Versioned<Incident>> {
  const current = await invokeOrNotify(stored, context, before)
  const { id, state, lookups } = current.value
  const { ports, invoked } = context
  const isDue = lookups?.credentials.length === 0 && LOOKED_UP.has(state)
  if (isDue && ports.backfillQueue !== undefined && !invoked.has(`lookup ${id}`)) {
    await ports.backfillQueue.backfill(id)
    invoked.add(`lookup ${id}`)
  }
  return current
}

/** The states in which what an incident's credentials did before is looked up in CloudTrail. */
const LOOKED_UP: ReadonlySet<IncidentState> = new Set(['asking', 'restricting', 'containing'])

/** Invokes contain for an incident in state `containing` or `restricting`, else sends the notice that it owes. */
async function invokeOrNotify(
  stored: Versioned<Incident>,
  { ports, invoked }: Omit<EvaluationContext, 'unitOfWork'>,
  before: Versioned<Incident> | undefined,
): Promise<Versioned<Incident>> {
  if (stored.value.state !== 'containing' && stored.value.state !== 'restricting') return sendOwedNotice(stored, ports)
  const key = keyOf(stored)
  if (invoked.has(key)) return stored
  // Whom it matters to changes nothing of what contain does.
  const isDone = before !== undefined && invoked.has(keyOf(before)) && isBetterKnownAlone(before.value, stored.value)
  if (!isDone) await ports.containInvoker.contain(stored.value.id)
  // Marked only after success: a failed call is made again by `evaluate` or by the next delivery.
  invoked.add(key)
  return stored
}

function keyOf({ value, version }: Versioned<Incident>): string {
  return `${value.id}@${version}`
}
