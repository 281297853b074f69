import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import type { Notifier } from '../ports.ts'

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
