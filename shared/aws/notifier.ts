import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { z } from 'zod'
import type { Notice, Notifier } from '../ports/notices.ts'

/** An SNS subject takes fewer than 100 characters of printable ASCII, the first of them no space. */
const SUBJECT_LIMIT = 99

/** Publishes notices to the stack's topic. */
export function snsNotifier(client: SNSClient, topicArn: string): Notifier {
  return {
    async notify({ title, body }) {
      const Subject = title
        .trimStart()
        .replace(/[^\x20-\x7e]/g, '?')
        .slice(0, SUBJECT_LIMIT)
      await client.send(new PublishCommand({ TopicArn: topicArn, Subject, Message: body }))
    },
  }
}

/** A notice as it lies in the queue. */
export const QueuedNotice = z.strictObject({
  incidentId: z.string().min(1).max(100),
  kind: z.enum([
    'notify',
    'ask',
    'contained',
    'reversed',
    'released',
    'rotated',
    'confirmed',
    'expired',
    'extended',
    'escalated',
    'paged',
    'override',
  ]) satisfies z.ZodType<Notice['kind']>,
  priority: z.number(),
  title: z.string().max(1000),
  body: z.string().max(100_000),
})

/** Puts notices into the queue of the function that tells people. It is told of once it is there: the queue keeps it. */
export function sqsNotifier(client: SQSClient, queueUrl: string): Notifier {
  return {
    async notify({ incidentId, kind, priority, title, body }) {
      const MessageBody = JSON.stringify({ incidentId, kind, priority, title, body } satisfies Notice)
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }))
    },
  }
}

/** Through the queue where there is one, else straight to the topic. */
export function noticesTo(
  { queueUrl, topicArn }: { queueUrl: string | undefined; topicArn: string },
  { sqs, sns }: { sqs: SQSClient; sns: SNSClient },
): Notifier {
  return queueUrl === undefined ? snsNotifier(sns, topicArn) : sqsNotifier(sqs, queueUrl)
}
