import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import * as z from 'zod'
import { NoticeKind } from '../domain/incident.ts'
import type { Notice, NoticeStack, Notifier } from '../ports/notices.ts'

/** An SNS subject has fewer than 100 characters of printable ASCII and does not begin with a space. */
const SUBJECT_LIMIT = 99

/** Publishes notices to an SNS topic. `stackName` is the stack whose commands the notices print. */
export function snsNotifier(client: SNSClient, topicArn: string, stackName?: string): Notifier {
  return {
    stack: stackName === undefined ? undefined : { name: stackName, region: regionOf(topicArn), account: accountOf(topicArn) },
    async notify({ title, body }) {
      const Subject = title
        .trimStart()
        .replace(/[^\x20-\x7e]/g, '?')
        .slice(0, SUBJECT_LIMIT)
      await client.send(new PublishCommand({ TopicArn: topicArn, Subject, Message: body }))
    },
  }
}

/** A notice as a message of the queue. */
export const QueuedNotice = z.strictObject({
  incidentId: z.string().min(1).max(100),
  kind: z.enum([...NoticeKind.options, 'self-check', 'seal', 'breaker', 'report']) satisfies z.ZodType<Notice['kind'], Notice['kind']>,
  priority: z.number(),
  title: z.string().max(1000),
  body: z.string().max(100_000),
})

/** Sends notices to the queue of the function that posts them to Slack. A queued notice counts as sent, because the queue keeps it. */
export function sqsNotifier(client: SQSClient, queueUrl: string, stack: NoticeStack): Notifier {
  return {
    stack,
    async notify({ incidentId, kind, priority, title, body }) {
      const MessageBody = JSON.stringify({ incidentId, kind, priority, title, body } satisfies Notice)
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }))
    },
  }
}

/** Sends notices through the queue when there is one, else directly to the topic. */
export function noticesTo(
  { queueUrl, topicArn, stackName }: { queueUrl: string | undefined; topicArn: string; stackName: string },
  { sqs, sns }: { sqs: SQSClient; sns: SNSClient },
): Notifier {
  return queueUrl === undefined
    ? snsNotifier(sns, topicArn, stackName)
    : sqsNotifier(sqs, queueUrl, { name: stackName, region: regionOf(topicArn), account: accountOf(topicArn) })
}

/** Sends every notice to two notifiers. Neither waits for the other, and one that fails fails the notice after both were tried. */
export function notifyBoth(one: Notifier, other: Notifier): Notifier {
  return {
    stack: one.stack,
    async notify(notice) {
      const sent = await Promise.allSettled([one.notify(notice), other.notify(notice)])
      for (const result of sent) if (result.status === 'rejected') throw result.reason
    },
  }
}

/** The account of a topic, which is that of its stack. */
function accountOf(topicArn: string): string | undefined {
  return /^\d{12}$/.exec(topicArn.split(':')[4] ?? '')?.[0]
}

/** The region of a topic, which is that of its stack. */
export function regionOf(topicArn: string): string {
  const [, , , region = ''] = topicArn.split(':')
  return region
}
