import { Stack } from 'aws-cdk-lib'
import type { IEventBus } from 'aws-cdk-lib/aws-events'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import type { DeliveryRule } from '../shared/detect/delivery-rules.ts'
import { ResponderError } from '../shared/errors.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'
import { patternsOf } from './event-patterns.ts'
import { addPatternRules, RETRY_POLICY } from './pattern-rules.ts'
import type { Queues } from './queues.ts'

/**
 * Rules whose events are evaluated at once, by their lane: those that give most away, and those that the responder depends on. The others wait a few seconds for a batch. What a
 * key can send without end, and what nobody but AWS sends, have lanes of their own.
 */
const LANE_OF: Readonly<Partial<Record<DeliveryRule, 'confirmed' | 'hot' | 'tokens'>>> = {
  CredentialExposures: 'confirmed',
  Findings: 'hot',
  CredentialChanges: 'hot',
  SignIns: 'hot',
  TokenCalls: 'tokens',
  CanaryReads: 'tokens',
  Tampering: 'hot',
  RolesBorrowed: 'hot',
}

/**
 * The most event rules for calls that somebody names. The policy of a queue names each of them, of both buses, by ARNs of up to 140 characters, and has room for
 * 8,192 bytes. Detectors take seven, and with all of SigmaHQ's and Suzaku's rules for CloudTrail it is ten.
 */
const SENSITIVE_LIMIT = 16

export interface EventRulesProps {
  readonly queues: Queues
  readonly config: StackConfig
  /** Sessions of the responder's own functions, whose calls are left out. */
  readonly ownSessionArns: readonly string[]
  /** Calls that rules of people name. */
  readonly ruleActions: readonly string[]
  /** The bus of forwarded events; without one, the rules are on the default bus. */
  readonly forwarded?: IEventBus
}

/** The rules that send events of a bus to the queues. Each event goes to one queue. */
export class EventRules extends Construct {
  /** The dead-letter queue for events that EventBridge could not put into their queue. */
  readonly undelivered: Queue
  /** ARNs of the rules by the queue that they fill. */
  readonly arns: ReadonlyMap<Queue, readonly string[]>

  constructor(scope: Construct, id: string, { queues, config, ownSessionArns, ruleActions, forwarded }: EventRulesProps) {
    super(scope, id)
    const { stackName, account } = Stack.of(this)
    // The alarms are named for their queues.
    this.undelivered = deadLetterQueue(this, forwarded === undefined ? 'Undelivered' : 'ForwardedUndelivered', 'service')
    const deadLetterConfig = { arn: this.undelivered.queueArn }
    const patterns = patternsOf({
      ownSessionArns,
      stackName,
      account: forwarded === undefined ? account : undefined,
      includeRoleSessions: config.includeRoleSessions,
      ruleActions,
    })
    if (!config.includeRoleSessions && patterns.SensitiveCalls.length > SENSITIVE_LIMIT)
      throw new ResponderError(
        'config.invalid',
        `rulesFolder: with the ${ruleActions.length} calls that its rules name, calls of sessions take ${patterns.SensitiveCalls.length} event rules, and a queue has room for ${SENSITIVE_LIMIT}; set includeRoleSessions to true, which delivers all calls, or name a folder with fewer rules`,
      )
    const queueOf = (name: DeliveryRule) => queues[LANE_OF[name] ?? 'bulk']
    const rules = addPatternRules(this, {
      patterns,
      options: { readOnlyEvents: config.readOnlyEvents, includeRoleSessions: config.includeRoleSessions },
      bus: forwarded,
      // Not the CDK's target for queues: it adds a statement for each rule, and SQS takes ten conditions in a policy.
      targetOf: (name) => ({ arn: queueOf(name).queueArn, deadLetterConfig, retryPolicy: RETRY_POLICY }),
    })
    const arns = new Map<Queue, string[]>()
    for (const { name, rule } of rules) arns.set(queueOf(name), [...(arns.get(queueOf(name)) ?? []), rule.ruleArn])
    this.arns = arns
  }
}
