import { weaker } from './action.ts'
import { STRONGEST_BY_MODE } from './decision.ts'
import type { Incident } from './incident.ts'

/**
 * What was called for of an incident that asks, where contain refused it or failed: the most that its mode allows. A restriction is called for only where one
 * was computed: without it a bound had refused it before.
 */
export function refusedAction({ state, decision, restriction }: Incident): 'restrict' | 'contain' | undefined {
  const allowed = state === 'asking' ? weaker(decision.would, STRONGEST_BY_MODE[decision.mode]) : 'observe'
  if (allowed === 'contain') return allowed
  return allowed === 'restrict' && restriction !== undefined ? allowed : undefined
}
