import * as z from 'zod'
import { Action } from './action.ts'
import { Mode } from './policy.ts'

/** The strongest action that each mode allows without a person. */
export const STRONGEST_BY_MODE: Readonly<Record<Mode, Action>> = {
  observe: 'observe',
  ask: 'ask',
  restrict: 'restrict',
  contain: 'contain',
}

/**
 * A decision and why.
 *
 * `would` is the action that the thresholds alone call for; `action` is what the policy's bounds allow of it. `why` has one line for each
 * bound that applied, written for the reviewer.
 */
export const Decision = z
  .strictObject({ action: Action, would: Action, tier: z.string(), mode: Mode, why: z.array(z.string()).readonly() })
  .readonly()
export type Decision = z.infer<typeof Decision>

/** The most reasons that a decision keeps. The oldest are dropped first. */
const REASONS_LIMIT = 20

/** The decision with more reasons. A reason that it has already moves to the end. */
export function withReasons(decision: Decision, more: readonly string[]): Decision {
  if (more.length === 0) return decision
  return { ...decision, why: [...decision.why.filter((line) => !more.includes(line)), ...more].slice(-REASONS_LIMIT) }
}
