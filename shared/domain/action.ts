import * as z from 'zod'

/** What is done about an assessment, weakest first. */
export const ACTIONS = ['observe', 'notify', 'ask', 'restrict', 'contain'] as const
export const Action = z.enum(ACTIONS)
export type Action = z.infer<typeof Action>

/** True where `a` is a stronger action than `b`. */
export function isStronger(a: Action, b: Action): boolean {
  return ACTIONS.indexOf(a) > ACTIONS.indexOf(b)
}

/** The weaker of two actions. */
export function weaker(a: Action, b: Action): Action {
  return isStronger(a, b) ? b : a
}
