import { Duration, Stack } from 'aws-cdk-lib'
import { type CfnRule, type EventPattern, Rule } from 'aws-cdk-lib/aws-events'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { StackConfig } from '../shared/config.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'
import { patterns } from './event-patterns.ts'
import type { Queues } from './queues.ts'
import { rolesBorrowedPattern, tamperingPatterns } from './tampering-patterns.ts'

/** Without this state EventBridge delivers no read-only management events: no GetCallerIdentity, no List…, no AssumeRole. */
const WITH_READ_ONLY = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS'

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
    const all = patterns(ownSessionArns)
    this.undelivered = deadLetterQueue(this, 'Undelivered')
    const deadLetterConfig = { arn: this.undelivered.queueArn }
    const arns = new Map<Queue, string[]>()
    const rule = (name: string, pattern: EventPattern, queue: Queue) => {
      // Not the CDK's target for queues: it adds a statement for each rule, and SQS takes ten conditions in a policy.
      const target = { bind: () => ({ arn: queue.queueArn, deadLetterConfig, retryPolicy: RETRY_POLICY }) }
      const made = new Rule(this, name, { eventPattern: pattern, targets: [target] })
      arns.set(queue, [...(arns.get(queue) ?? []), made.ruleArn])
      return made
    }
    const withReadOnly = (one: Rule) => {
      ;(one.node.defaultChild as CfnRule).state = WITH_READ_ONLY
    }
    rule('CredentialExposures', all.credentialExposures, queues.hot)
    rule('CredentialChanges', all.credentialChanges, queues.hot)
    rule('SignIns', all.signIns, queues.hot)
    rule('LongLivedKeyCalls', all.longLivedKeyCalls, queues.bulk)
    withReadOnly(rule('BearerTokenCalls', all.bearerTokenCalls, queues.bulk))
    if (config.readOnlyEvents) {
      withReadOnly(rule('TokenCalls', all.tokenCalls, queues.hot))
      withReadOnly(rule('ReadOnlyCalls', all.readOnlyCalls, queues.bulk))
    }
    // The pattern for all sessions includes what the two others match.
    if (config.includeRoleSessions) {
      withReadOnly(rule('RoleSessionCalls', all.roleSessionCalls, queues.bulk))
      withReadOnly(rule('OutsideAssumptions', all.outsideAssumptions, queues.bulk))
    } else {
      withReadOnly(rule('UserSessionCalls', all.userSessionCalls, queues.bulk))
      for (const [at, pattern] of tamperingPatterns().entries()) rule(`Tampering${at + 1}`, pattern, queues.hot)
      rule('RolesBorrowed', rolesBorrowedPattern(Stack.of(this).stackName), queues.hot)
    }
    this.arns = arns
  }
}
