import { type Baseline, VALUE_LIMIT } from './baseline.ts'

/** Caps the surprisal of one call at 12 bits, that of an action that is one call in 4,096. */
const MAX_BITS = 12

/** The count that an action has which was never seen: half a call, so that its surprisal is finite. */
const UNSEEN_WEIGHT = 0.5

/**
 * How unexpected an action is for an identity, in bits: −log2 of its share of the identity's calls.
 *
 * Weights are taken as of when each action was last seen, without the decay since then. An action that is rarely used therefore has a
 * surprisal that is too low rather than too high.
 */
export function surprisalOf({ features: { action } }: Baseline, name: string): number {
  let total = UNSEEN_WEIGHT
  for (const weight of action.weights) total += weight
  const row = action.values.indexOf(name.slice(0, VALUE_LIMIT))
  return Math.min(MAX_BITS, Math.log2(total / (row < 0 ? UNSEEN_WEIGHT : Math.max(UNSEEN_WEIGHT, action.weights[row] as number))))
}

/** Entropy of an identity's actions in bits: the mean surprisal of its ordinary calls. */
export function entropyOf({ features: { action } }: Baseline): number {
  const total = action.weights.reduce((sum, weight) => sum + weight, 0)
  return action.weights.reduce((bits, weight) => (weight <= 0 ? bits : bits + (weight / total) * Math.log2(total / weight)), 0)
}
