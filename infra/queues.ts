import { Duration } from 'aws-cdk-lib'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { EVENT_VISIBILITY_SECONDS } from '../shared/ports/deliveries.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'

/** Attempts for a message before it goes to the dead-letter queue. */
const TRIES = 5

/** The longest time that respond may take for a batch. */
export const RESPOND_TIMEOUT = Duration.seconds(EVENT_VISIBILITY_SECONDS / 6)

/** The queues that feed respond: hot at once, bulk in batches, bootstrap in the background. Each has its dead-letter queue. */
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
        // So that a batch that is being processed is not delivered twice.
        visibilityTimeout: Duration.seconds(EVENT_VISIBILITY_SECONDS),
        retentionPeriod: Duration.days(4),
        deadLetterQueue: { queue: deadLetter, maxReceiveCount: TRIES },
      })
    }
    this.hot = queue('Hot')
    this.bulk = queue('Bulk')
    this.bootstrap = queue('Bootstrap')
    this.deadLetters = deadLetters
  }
}
