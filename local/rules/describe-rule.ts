import { type DeployedRules, type DetectorDelivery, deliveryOf } from '../../shared/detect/delivery.ts'
import { rulesOf } from '../../shared/detect/delivery-rules.ts'
import type { DetectorDescription } from '../../shared/detect/describe-detector.ts'
import type { Detector } from '../../shared/detect/detector.ts'
import type { PackedRule } from '../../shared/detect/rules/packed-rule.ts'
import { actionsOfCalls, actionsOfRules } from '../../shared/detect/rules/rule-actions.ts'
import type { CompiledRule } from '../../shared/detect/rules/sigma/compile-rule.ts'
import { axisOf } from '../../shared/domain/finding.ts'

/** Whether the calls of a rule arrive. `for-others`: its calls cannot be told, and it sees what is delivered for others. */
export type RuleDelivery = DetectorDelivery['state'] | 'for-others'

/** A stack with the default settings that was deployed with rules. */
export function stackWith(rules: readonly CompiledRule[]): DeployedRules {
  const options = { readOnlyEvents: true, includeRoleSessions: false }
  const ruleActions = new Set(actionsOfRules(rules.flatMap(({ packed }) => packed ?? [])))
  return { options, rules: new Set(rulesOf(options)), region: 'us-east-1', ruleActions }
}

/** How the calls of a rule are delivered to a stack; undefined where the rule makes no findings, or where its calls cannot be told. */
function deliveryOfRule({ packed, calls }: CompiledRule, stack: DeployedRules): DetectorDelivery | undefined {
  const actions = actionsOfCalls(calls)
  return packed === undefined || actions === undefined ? undefined : deliveryOf(asDetector(packed, actions), stack)
}

/** Whether the calls of a rule arrive on a stack; undefined for a rule that makes no findings. */
export function ruleDelivery(rule: CompiledRule, stack: DeployedRules): RuleDelivery | undefined {
  return rule.packed === undefined ? undefined : (deliveryOfRule(rule, stack)?.state ?? 'for-others')
}

function asDetector({ detector, title, weight, group, technique }: PackedRule, actions: readonly string[]): Detector {
  return { id: detector, title, weight, group, attack: technique, runbook: '', actions, matches: () => undefined }
}

/** The fact of rules that name none: the call. */
export const THE_CALL = 'the call'

/** Describes a rule as a detector is described; undefined where it makes no findings. */
export function describeRule(rule: CompiledRule, stack: DeployedRules): DetectorDescription | undefined {
  const { packed, calls, untold, runbook, description, falsePositives } = rule
  if (packed === undefined) return undefined
  const { detector, title, weight, group, fact, technique } = packed
  const delivery = deliveryOfRule(rule, stack)
  return {
    id: detector,
    title,
    weight,
    group,
    runbook: runbook ?? 'the rule names nothing to do first',
    axis: axisOf(group),
    fact: fact ?? THE_CALL,
    technique,
    techniqueUrl: `https://attack.mitre.org/techniques/${technique.replace('.', '/')}/`,
    isConfirmed: false,
    isBinding: false,
    looksAt: actionsOfCalls(calls) ?? ['every call that is delivered for others'],
    delivery: delivery ?? { state: 'in-part', by: [], gaps: [{ what: `what is not delivered for others: it ${untold}` }] },
    notes: [...(description === undefined ? [] : [description]), ...falsePositives.map((text) => `Also matches: ${text}`)],
  }
}
