import { Duration } from 'aws-cdk-lib'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { EVENT_VISIBILITY_SECONDS, MOST_RECEIVES } from '../shared/ports/deliveries.ts'
import { deadLetterQueue, NOBODYS_DEAD_LETTERS } from './dead-letter-queue.ts'

/** The longest time that respond may take for a batch. */
export const RESPOND_TIMEOUT = Duration.seconds(EVENT_VISIBILITY_SECONDS / 6)

/** A queue that feeds respond, with what could not be processed of it. */
export interface FedQueue {
  readonly name: string
  readonly queue: Queue
  readonly deadLetters: Queue
}

/**
 * The queues that feed respond: confirmed, hot and tokens at once, bulk in batches, backfill for open incidents, bootstrap in the background. Each has its dead-letter queue.
 *
 * What a stolen key can send without end (calls of STS) and what nobody but AWS sends (confirmed exposures, to which a party adds what it verified) wait for nothing but their own kind.
 */
export class Queues extends Construct {
  readonly confirmed: Queue
  readonly hot: Queue
  readonly tokens: Queue
  readonly bulk: Queue
  readonly bootstrap: Queue
  readonly backfill: Queue
  readonly all: readonly FedQueue[]
  readonly deadLetters: readonly Queue[]
  /** Those that take events of EventBridge. */
  readonly ofEvents: readonly Queue[]

  constructor(scope: Construct, id: string) {
    super(scope, id)
    const all: FedQueue[] = []
    const queue = (name: string) => {
      const deadLetter = deadLetterQueue(this, `${name}DeadLetters`, 'queue')
      const made = new Queue(this, name, {
        encryption: QueueEncryption.SQS_MANAGED,
        enforceSSL: true,
        // So that a batch that is being processed is not delivered twice.
        visibilityTimeout: Duration.seconds(EVENT_VISIBILITY_SECONDS),
        retentionPeriod: Duration.days(4),
        deadLetterQueue: { queue: deadLetter, maxReceiveCount: MOST_RECEIVES },
        redriveAllowPolicy: NOBODYS_DEAD_LETTERS,
      })
      all.push({ name: name.toLowerCase(), queue: made, deadLetters: deadLetter })
      return made
    }
    this.confirmed = queue('Confirmed')
    this.hot = queue('Hot')
    this.tokens = queue('Tokens')
    this.bulk = queue('Bulk')
    this.bootstrap = queue('Bootstrap')
    this.backfill = queue('Backfill')
    this.all = all
    this.deadLetters = all.map(({ deadLetters }) => deadLetters)
    this.ofEvents = [this.confirmed, this.hot, this.tokens, this.bulk]
  }
}
