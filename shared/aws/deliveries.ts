import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { errorName } from '../errors.ts'
import { type Deliveries, EVENT_VISIBILITY_SECONDS, type Redelivery } from '../ports/deliveries.ts'

/** SQS takes ten messages a request. */
const PER_REQUEST = 10

/** Requests at the same time: a batch of 200 messages takes twenty. */
const AT_ONCE = 10

/**
 * Asks each queue whether it has handed a message out, by setting the message's visibility anew to what it is. Only whoever received the message has the
 * handle for that, and the queue's policy lets nobody receive but the function. So a batch that somebody invoked the function with is told apart,
 * which Lambda itself does not do. `urls`: the address of each queue by its ARN.
 */
export function sqsDeliveries(client: SQSClient, urls: ReadonlyMap<string, string>): Deliveries {
  return {
    undelivered: (messages) => hideAll(messages.map((message) => ({ ...message, afterSeconds: EVENT_VISIBILITY_SECONDS }))),
    redeliver: hideAll,
  }

  /** Hides messages for so long. Returns by message id why a queue did not do so. */
  async function hideAll(messages: readonly Redelivery[]): Promise<Map<string, string>> {
    const found = new Map<string, string>()
    const requests = [...Map.groupBy(messages, ({ queueArn }) => queueArn)].flatMap(([queueArn, all]) =>
      Array.from({ length: Math.ceil(all.length / PER_REQUEST) }, (_, at) => ({
        url: urls.get(queueArn),
        some: all.slice(at * PER_REQUEST, (at + 1) * PER_REQUEST),
      })),
    )
    const worker = async () => {
      for (let next = requests.shift(); next !== undefined; next = requests.shift())
        for (const [messageId, reason] of await hide(next.url, next.some)) found.set(messageId, reason)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    return found
  }

  async function hide(QueueUrl: string | undefined, messages: readonly Redelivery[]): Promise<Map<string, string>> {
    const because = (reason: string) => new Map(messages.map(({ messageId }) => [messageId, reason]))
    if (QueueUrl === undefined) return because('the message is from no queue of the stack')
    const Entries = messages.map(({ receiptHandle, afterSeconds }, at) => ({
      Id: String(at),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: afterSeconds,
    }))
    try {
      const { Successful = [] } = await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }))
      const known = new Set(Successful.map(({ Id }) => Id))
      return new Map(
        messages.flatMap(({ messageId }, at) => (known.has(String(at)) ? [] : [[messageId, 'its queue has not handed the message out']])),
      )
    } catch (cause) {
      return because(`its queue could not be asked for the message: ${errorName(cause)}`)
    }
  }
}
