import { Duration } from 'aws-cdk-lib'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { deadLetterQueue, NOBODYS_DEAD_LETTERS } from './dead-letter-queue.ts'
import type { ResponderFunction } from './responder-function.ts'

/** The longest time that review may take for a notice or a press. */
export const REVIEW_TIMEOUT = Duration.seconds(60)

/** Attempts for a notice before it goes to the dead-letter queue. */
const TRIES = 5

/** The queue of notices for Slack. respond and contain put them there, so that neither needs the bot's token. */
export class NoticeQueue extends Construct {
  readonly queue: Queue
  readonly failures: Queue

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.failures = deadLetterQueue(this, 'NoticeFailures', 'queue')
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(REVIEW_TIMEOUT.toSeconds() * 6),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.failures, maxReceiveCount: TRIES },
      redriveAllowPolicy: NOBODYS_DEAD_LETTERS,
    })
  }
}

/** Allows a function to send notices: to the queue where there is one, otherwise to the topic. */
export function allowNotices(responder: ResponderFunction, { topic, queue }: { topic: Topic; queue: Queue | undefined }): void {
  if (queue === undefined) return responder.allow(['sns:Publish'], [topic.topicArn])
  responder.function.addEnvironment('NOTICE_QUEUE_URL', queue.queueUrl)
  responder.allow(['sqs:SendMessage'], [queue.queueArn])
}
