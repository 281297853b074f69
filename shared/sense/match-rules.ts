import { UNCOMPARED_RULE } from '../domain/detector-id.ts'
import type { RuleMatch } from '../domain/rule-match.ts'
import type { Rules } from '../ports/rules.ts'
import type { Normalised } from './normalised.ts'
import { recordIn } from './sources/sources.ts'

/**
 * What is found of a record that the rules could not be compared with: it is nested thousands of levels deep, as no tool of AWS writes a request, and whoever does may
 * want to hide from them. It is evidence like that of a rule.
 */
export const UNCOMPARED: RuleMatch = {
  detector: UNCOMPARED_RULE,
  title: 'Call that the rules could not be compared with',
  weight: 0.45,
  group: 'evasion',
  technique: 'T1685',
  details: 'it could not be compared with the rules; its parameters may be nested too deeply',
}

/** Adds to the call of a record the rules that match it. One that cannot be compared with them keeps its call for the detectors, and says so. Never throws. */
export function matchRules(input: unknown, normalised: Normalised, rules: Rules): Normalised {
  const record = normalised.kind === 'signals' ? recordIn(input) : undefined
  if (normalised.kind !== 'signals' || record === undefined) return normalised
  const matching = matchingOf(record, rules)
  if (matching.length === 0) return normalised
  return {
    kind: 'signals',
    signals: normalised.signals.map((signal) => (signal.kind === 'api-call' ? { ...signal, rules: matching } : signal)),
  }
}

function matchingOf(record: Readonly<Record<string, unknown>>, rules: Rules): readonly RuleMatch[] {
  try {
    return rules.matching(record)
  } catch {
    return [UNCOMPARED]
  }
}
