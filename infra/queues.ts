import { Duration, Stack } from 'aws-cdk-lib'
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { deadLetterQueue } from './dead-letter-queue.ts'

/** How often a message is tried before it is set aside for a person. */
const TRIES = 5

/** The time that respond may take for a batch. */
export const RESPOND_TIMEOUT = Duration.seconds(60)

/** The ways into respond: hot at once, bulk in batches, bootstrap in the background. Each has its dead-letter queue. */
export class Queues extends Construct {
  readonly hot: Queue
  readonly bulk: Queue
  readonly bootstrap: Queue
  readonly deadLetters: readonly Queue[]

  constructor(scope: Construct, id: string) {
    super(scope, id)
    const deadLetters: Queue[] = []
    const queue = (name: string) => {
      const deadLetter = deadLetterQueue(this, `${name}DeadLetters`)
      deadLetters.push(deadLetter)
      return new Queue(this, name, {
        encryption: QueueEncryption.SQS_MANAGED,
        enforceSSL: true,
        // Six times the consumer's timeout, as AWS advises, so that a batch in work is not delivered twice.
        visibilityTimeout: Duration.seconds(RESPOND_TIMEOUT.toSeconds() * 6),
        retentionPeriod: Duration.days(4),
        deadLetterQueue: { queue: deadLetter, maxReceiveCount: TRIES },
      })
    }
    this.hot = queue('Hot')
    this.bulk = queue('Bulk')
    this.bootstrap = queue('Bootstrap')
    for (const fed of [this.hot, this.bulk]) fed.addToResourcePolicy(this.onlyByRules(fed))
    this.deadLetters = deadLetters
  }

  /** An event in these queues is believed, so nobody may put one there but EventBridge: not by any right of their own in the account. */
  private onlyByRules(queue: Queue): PolicyStatement {
    const { partition, region, account } = Stack.of(this)
    return new PolicyStatement({
      sid: 'OnlyByRules',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      // Who calls by himself brings no source: the condition holds for what is not there.
      conditions: { ArnNotLike: { 'aws:SourceArn': `arn:${partition}:events:${region}:${account}:rule/*` } },
    })
  }
}
