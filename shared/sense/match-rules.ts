import type { Rules } from '../ports/rules.ts'
import type { Normalised } from './normalised.ts'
import { recordIn } from './sources/sources.ts'

/** Adds to the call of a record the rules that match it. A record that is nested too deeply to be compared is unreadable, and its sender gets the reason. */
export function matchRules(input: unknown, normalised: Normalised, rules: Rules): Normalised {
  const record = normalised.kind === 'signals' ? recordIn(input) : undefined
  if (normalised.kind !== 'signals' || record === undefined) return normalised
  try {
    const matching = rules.matching(record)
    if (matching.length === 0) return normalised
    return {
      kind: 'signals',
      signals: normalised.signals.map((signal) => (signal.kind === 'api-call' ? { ...signal, rules: matching } : signal)),
    }
  } catch (cause) {
    if (cause instanceof RangeError) return { kind: 'unreadable', reason: 'nested too deeply to compare it with the rules' }
    throw cause
  }
}
