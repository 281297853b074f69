import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { Queue, QueueEncryption, RedrivePermission } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'

/**
 * For a queue that is no dead-letter queue of another. Any queue of the account may name any other its dead-letter queue unless that one forbids it, and SQS then moves
 * messages there past its policy: an event in a queue of events would be believed.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
 */
export const NOBODYS_DEAD_LETTERS = { redrivePermission: RedrivePermission.DENY_ALL }

/**
 * A queue for messages that could not be processed, kept for 14 days, which is SQS's maximum, and kept when the stack is deleted. Each has an alarm.
 * `of`: what puts messages there. Where no queue is behind it, it is nobody's dead-letter queue; where one is, CloudFormation cannot name it (each names the other), so `redrive`
 * asks each message where it came from.
 */
export function deadLetterQueue(scope: Construct, id: string, of: 'queue' | 'service'): Queue {
  const queue = new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    removalPolicy: RemovalPolicy.RETAIN,
    ...(of === 'queue' ? {} : { redriveAllowPolicy: NOBODYS_DEAD_LETTERS }),
  })
  Validations.of(queue).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'This is a dead-letter queue itself.' })
  return queue
}
