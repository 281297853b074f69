import { readFileSync } from 'node:fs'
import { PackedRules } from '../../shared/detect/rules/packed-rule.ts'
import { ruleSet } from '../../shared/detect/rules/rule-set.ts'
import type { Rules } from '../../shared/ports/rules.ts'

/** The rules that were added to the bundle. Throws where there are none: a stack that lost its rules must not run as one without. */
export function rulesIn(path: string): Rules {
  return ruleSet(PackedRules.parse(JSON.parse(readFileSync(path, 'utf8'))))
}
