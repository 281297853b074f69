import { conditionMatcher } from '../../shared/detect/rules/match-condition.ts'
import { RecordView } from '../../shared/detect/rules/record-view.ts'
import { type CompiledRule, compileRule } from '../../shared/detect/rules/sigma/compile-rule.ts'

/** A rule as YAML has it, with the members that are given. */
export function ruleText(more: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    title: 'An example',
    status: 'test',
    logsource: { product: 'aws', service: 'cloudtrail' },
    detection: { selection: { eventName: 'CreateUser' }, condition: 'selection' },
    level: 'high',
    ...more,
  }
}

/** A rule that is loaded. Throws why where it is refused. */
export function sigmaRule(more: Readonly<Record<string, unknown>>, name = 'example'): CompiledRule {
  const rule = compileRule(name, ruleText(more))
  if (rule.kind === 'refused') throw new Error(rule.why)
  return rule
}

/** Why a rule is refused; undefined where it is loaded. */
export function refusalOf(more: Readonly<Record<string, unknown>>, name = 'example'): string | undefined {
  const rule = compileRule(name, ruleText(more))
  return rule.kind === 'refused' ? rule.why : undefined
}

/** Whether a rule matches a record. */
export function matches({ condition }: Pick<CompiledRule, 'condition'>, record: Readonly<Record<string, unknown>>): boolean {
  return conditionMatcher(condition)(new RecordView(record))
}
