import { isBinding } from '../domain/binding-detectors.ts'
import { isRuleId, UNCOMPARED_RULE } from '../domain/detector-id.ts'
import { currentDetector } from '../domain/policy-migration.ts'
import { hint } from '../domain/schema-issues.ts'
import { CATALOGUE } from './catalogue.ts'

const NAMES: readonly string[] = CATALOGUE.map(({ id }) => id)
const KNOWN: ReadonlySet<string> = new Set(NAMES)

/**
 * What is wrong with the ids under `detectors` of a policy, one message each: no detector has the id, with the present or the most similar one, or it is of a
 * detector that counts as it is. Which own rules there are is not known here: `unknownRules` says it of a folder.
 */
export function detectorFaults(detectors: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(detectors).flatMap((id) => {
    if (isBinding(id))
      return [
        `detectors.${id}: always counts as it is, because whoever changed that could hide what undoes a containment; remove it (docs/policy.md lists these)`,
      ]
    return KNOWN.has(id) || isRuleId(id) ? [] : [`detectors.${id}: ${unknownDetector(id)}`]
  })
}

/** The ids of own rules under `detectors` of a policy. */
export function ruleIdsOf(detectors: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(detectors).filter(isRuleId)
}

/** The own rules that a policy tunes and that are not among the `loaded` ones, one message each, with the most similar one. */
export function unknownRules(detectors: Readonly<Record<string, unknown>>, loaded: readonly string[]): string[] {
  return ruleIdsOf(detectors)
    .filter((id) => id !== UNCOMPARED_RULE && !loaded.includes(id))
    .map((id) => `detectors.${id}: no rule that is loaded has this name, so it changes nothing${hint(id, loaded)}`)
}

/** Says of an id that no detector has it, with the present or the most similar id. */
export function unknownDetector(id: string): string {
  const renamed = currentDetector(id)
  const advice = KNOWN.has(renamed) ? `; it is called ${renamed} now` : hint(id, NAMES)
  return `no detector has this name${advice} (\`countersign detectors\` lists every detector)`
}
