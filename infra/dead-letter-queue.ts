import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import { Queue, QueueEncryption, RedrivePermission } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'

/**
 * A queue for messages that could not be processed, kept for 14 days, which is SQS's maximum, and kept when the stack is deleted. Each has an alarm.
 * `of`: what puts messages there. Any queue of the account may name another one its dead-letter queue, by which its messages get there past the policy
 * of that one. That is forbidden where no queue is behind it; where one is, CloudFormation cannot name it (each names the other), so `redrive` asks each message where it came from.
 */
export function deadLetterQueue(scope: Construct, id: string, of: 'queue' | 'service'): Queue {
  const queue = new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    removalPolicy: RemovalPolicy.RETAIN,
    ...(of === 'queue' ? {} : { redriveAllowPolicy: { redrivePermission: RedrivePermission.DENY_ALL } }),
  })
  Validations.of(queue).acknowledge({ id: 'AwsSolutions-SQS3', reason: 'This is a dead-letter queue itself.' })
  return queue
}
