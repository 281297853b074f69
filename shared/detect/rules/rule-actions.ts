import { actionOf } from '../../sense/sources/cloudtrail.ts'
import type { Calls } from './calls-of.ts'
import { callsOf } from './calls-of.ts'
import type { PackedRule } from './packed-rule.ts'

/** More calls than this of one rule are taken as any call: event rules would not have room for them. */
const ACTIONS_LIMIT = 500

/**
 * The calls of a rule as `service:Operation`, for which it has to be delivered what it looks at. Undefined where they cannot be told: any call, all of a
 * service, or names of whatever service. Such a rule sees what is delivered for others.
 */
export function actionsOfCalls(calls: readonly Calls[]): readonly string[] | undefined {
  const actions = new Set<string>()
  for (const { sources, names } of calls) {
    if (sources === undefined || names === undefined) return undefined
    for (const source of sources) for (const name of names) if (NAME.test(source) && NAME.test(name)) actions.add(actionOf(source, name))
    if (actions.size > ACTIONS_LIMIT) return undefined
  }
  return [...actions]
}

/** What services and calls are called. No record has another name, and no event rule needs it. */
const NAME = /^[\w.-]{1,128}$/

/** The calls that some rule names. */
export function actionsOfRules(rules: readonly PackedRule[]): readonly string[] {
  return [...new Set(rules.flatMap(({ condition }) => actionsOfCalls(callsOf(condition)) ?? []))].sort()
}
