import { currentDetector } from '../domain/policy-migration.ts'
import { RULE_DETECTOR } from '../domain/rule-match.ts'
import { hint } from '../domain/schema-issues.ts'
import { CATALOGUE } from './catalogue.ts'

const NAMES: readonly string[] = CATALOGUE.map(({ id }) => id)
const KNOWN: ReadonlySet<string> = new Set(NAMES)

/** One message for each weight of a policy whose id is not a detector's, with the present or the most similar id. */
export function unknownDetectorsIn({ weights }: { readonly weights: Readonly<Record<string, unknown>> }): string[] {
  return (
    Object.keys(weights)
      // Which rules there are is known where they are deployed, and a weight may outlive a rule.
      .filter((id) => !KNOWN.has(id) && !RULE_DETECTOR.test(id))
      .map((id) => {
        const renamed = currentDetector(id)
        const advice = KNOWN.has(renamed) ? `; it is called ${renamed} now` : hint(id, NAMES)
        return `weights.${id}: no detector has this name${advice} (docs/detectors.md of the sources lists every detector)`
      })
  )
}
