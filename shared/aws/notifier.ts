import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import type { Notifier } from '../ports.ts'

/** An SNS subject takes 100 characters of printable ASCII. */
const SUBJECT_LIMIT = 100

/** Publishes notices to the stack's topic. */
export function snsNotifier(client: SNSClient, topicArn: string): Notifier {
  return {
    async notify({ title, body }) {
      const Subject = title.replace(/[^\x20-\x7e]/g, '?').slice(0, SUBJECT_LIMIT)
      await client.send(new PublishCommand({ TopicArn: topicArn, Subject, Message: body }))
    },
  }
}
