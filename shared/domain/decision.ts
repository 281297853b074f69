import { z } from 'zod'
import { Mode } from './policy.ts'

/** What is done about an assessment, weakest first. */
export const ACTIONS = ['observe', 'notify', 'ask', 'contain'] as const
export const Action = z.enum(ACTIONS)
export type Action = z.infer<typeof Action>

/**
 * A decision and why.
 *
 * `would` is what the thresholds alone call for; `action` is what the bounds leave of it. `why` is one line for each
 * bound that applied, in the reader's words.
 */
export const Decision = z
  .strictObject({ action: Action, would: Action, tier: z.string(), mode: Mode, why: z.array(z.string()).readonly() })
  .readonly()
export type Decision = z.infer<typeof Decision>

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
