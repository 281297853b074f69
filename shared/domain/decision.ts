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

/** The most reasons that a decision keeps. The newest stay. */
const REASONS_LIMIT = 20

/** A decision with more reasons. One that was said before moves to the end. */
export function withReasons(decision: Decision, more: readonly string[]): Decision {
  if (more.length === 0) return decision
  return { ...decision, why: [...decision.why.filter((line) => !more.includes(line)), ...more].slice(-REASONS_LIMIT) }
}
