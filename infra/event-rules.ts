import { Duration, Stack } from 'aws-cdk-lib'
import { type CfnRule, type EventPattern, Rule } from 'aws-cdk-lib/aws-events'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import { CHANGES_ONLY, type DeliveryRule, rulesOf, WITH_READ_ONLY } from '../shared/detect/delivery-rules.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'
import { patternsOf } from './event-patterns.ts'
import type { Queues } from './queues.ts'

/**
 * Rules whose events are evaluated at once, by their lane: those that give most away, and those that the responder depends on. The others wait a few seconds for a batch. What a
 * key can send without end, and what nobody but AWS sends, have lanes of their own.
 */
const LANE_OF: Readonly<Partial<Record<DeliveryRule, 'confirmed' | 'hot' | 'tokens'>>> = {
  CredentialExposures: 'confirmed',
  CredentialChanges: 'hot',
  SignIns: 'hot',
  TokenCalls: 'tokens',
  Tampering: 'hot',
  RolesBorrowed: 'hot',
}

/** Retries of an event that cannot be put into its queue. After two hours a response would come too late to matter. */
const RETRY_POLICY = { maximumRetryAttempts: 185, maximumEventAgeInSeconds: Duration.hours(2).toSeconds() }

export interface EventRulesProps {
  readonly queues: Queues
  readonly config: StackConfig
  /** Sessions of the responder's own functions, whose calls are left out. */
  readonly ownSessionArns: readonly string[]
}

/** The rules that send events of the default bus to the queues. Each event goes to one queue. */
export class EventRules extends Construct {
  /** The dead-letter queue for events that EventBridge could not put into their queue. */
  readonly undelivered: Queue
  /** ARNs of the rules by the queue that they fill. */
  readonly arns: ReadonlyMap<Queue, readonly string[]>

  constructor(scope: Construct, id: string, { queues, config, ownSessionArns }: EventRulesProps) {
    super(scope, id)
    this.undelivered = deadLetterQueue(this, 'Undelivered', 'service')
    const deadLetterConfig = { arn: this.undelivered.queueArn }
    const arns = new Map<Queue, string[]>()
    const rule = (name: string, pattern: EventPattern, queue: Queue) => {
      // Not the CDK's target for queues: it adds a statement for each rule, and SQS takes ten conditions in a policy.
      const target = { bind: () => ({ arn: queue.queueArn, deadLetterConfig, retryPolicy: RETRY_POLICY }) }
      const made = new Rule(this, name, { eventPattern: pattern, targets: [target] })
      arns.set(queue, [...(arns.get(queue) ?? []), made.ruleArn])
      return made
    }
    const { stackName, account } = Stack.of(this)
    const patterns = patternsOf({ ownSessionArns, stackName, account, includeRoleSessions: config.includeRoleSessions })
    for (const name of rulesOf(config)) {
      const parts = patterns[name]
      for (const [at, pattern] of parts.entries()) {
        const made = rule(parts.length === 1 ? name : `${name}${at + 1}`, pattern, queues[LANE_OF[name] ?? 'bulk'])
        if (!CHANGES_ONLY.has(name)) (made.node.defaultChild as CfnRule).state = WITH_READ_ONLY
      }
    }
    this.arns = arns
  }
}
