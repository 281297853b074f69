import { ACTIONS, type Action, isStronger } from '../../shared/domain/action.ts'

/** An action that people or credentials notice: every one that is stronger than `notify`. */
export type Reached = Exclude<Action, 'observe' | 'notify'>

/** These actions, weakest first. */
export const REACHED = ACTIONS.filter((action): action is Reached => isStronger(action, 'notify'))

/** How many there are, and how many of them reach each action or a stronger one. */
export type Count = Record<'total' | Reached, number>

/** A count of nothing. */
export function emptyCount(): Count {
  return { total: 0, ...byReached(() => 0) }
}

/** Counts one more by the strongest action that it came to; undefined where it came to none. */
export function countIn(into: Count, strongest: Action | undefined): void {
  into.total += 1
  for (const action of REACHED) if (isAtLeast(strongest, action)) into[action] += 1
}

/** A value for each of these actions. */
export function byReached<T>(makeOne: (action: Reached) => T): Record<Reached, T> {
  return Object.fromEntries(REACHED.map((action) => [action, makeOne(action)])) as Record<Reached, T>
}

/** True where an action is this one or a stronger one. */
export function isAtLeast(action: Action | undefined, least: Action): boolean {
  return action !== undefined && !isStronger(least, action)
}

/** The strongest of several actions; `observe` where there is none. */
export function strongestOf(actions: Iterable<Action | undefined>): Action {
  let most: Action = 'observe'
  for (const action of actions) if (action !== undefined && isStronger(action, most)) most = action
  return most
}
