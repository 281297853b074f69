import { Duration } from 'aws-cdk-lib'
import { type CfnRule, type EventPattern, type IEventBus, Rule, type RuleTargetConfig } from 'aws-cdk-lib/aws-events'
import type { Construct } from 'constructs'
import { CHANGES_ONLY, type DeliveryOptions, type DeliveryRule, rulesOf, WITH_READ_ONLY } from '../shared/detect/delivery-rules.ts'

/** Retries of an event that its target does not take. After two hours a response would come too late to matter. */
export const RETRY_POLICY = { maximumRetryAttempts: 185, maximumEventAgeInSeconds: Duration.hours(2).toSeconds() }

export interface PatternRulesProps {
  readonly patterns: Readonly<Record<DeliveryRule, readonly EventPattern[]>>
  readonly options: DeliveryOptions
  /** The bus whose events the rules match; the default bus where there is none. */
  readonly bus?: IEventBus | undefined
  readonly targetOf: (name: DeliveryRule) => RuleTargetConfig
}

/** Adds the event rules of a stack with these options: one for each pattern, in the state in which EventBridge delivers what the rule is for. */
export function addPatternRules(
  scope: Construct,
  { patterns, options, bus, targetOf }: PatternRulesProps,
): { readonly name: DeliveryRule; readonly rule: Rule }[] {
  return rulesOf(options).flatMap((name) => {
    const parts = patterns[name]
    return parts.map((eventPattern, at) => {
      const rule = new Rule(scope, parts.length === 1 ? name : `${name}${at + 1}`, {
        eventPattern,
        ...(bus === undefined ? {} : { eventBus: bus }),
        targets: [{ bind: () => targetOf(name) }],
      })
      if (!CHANGES_ONLY.has(name)) (rule.node.defaultChild as CfnRule).state = WITH_READ_ONLY
      return { name, rule }
    })
  })
}
