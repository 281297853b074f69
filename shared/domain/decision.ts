import type { Mode } from './policy.ts'

/** What is done about an assessment, weakest first. */
export const ACTIONS = ['observe', 'notify', 'ask', 'contain'] as const
export type Action = (typeof ACTIONS)[number]

/**
 * A decision and why.
 *
 * `would` is what the thresholds alone call for; `action` is what the bounds leave of it. `why` is one line for each
 * bound that applied, in the reader's words.
 */
export interface Decision {
  readonly action: Action
  readonly would: Action
  readonly tier: string
  readonly mode: Mode
  readonly why: readonly string[]
}

export function isStronger(a: Action, b: Action): boolean {
  return ACTIONS.indexOf(a) > ACTIONS.indexOf(b)
}

export function weaker(a: Action, b: Action): Action {
  return isStronger(a, b) ? b : a
}
