import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { ResponderError } from '../errors.ts'
import type { Destination, FailedMessage, FailureQueue } from '../ports/failures.ts'

/** Long polling asks all servers of a queue; a short poll may find nothing where something is. Seconds. */
const WAIT_SECONDS = 1

/** Stands for an id that AWS did not answer: the message was put back all the same. */
const UNNAMED = 'unknown'

/** Where a dead-letter queue is, and where its messages are put back: an output of the stack. */
export interface FailurePlace {
  readonly name: string
  readonly url: string
  readonly destination: Destination
}

/** The begin of the names of those outputs. */
export const FAILURES_OUTPUT = 'Failures'

/**
 * Reads an output such as `FailuresHot` = `URL of the dead-letter queue, URL of its queue`. An event that was not delivered names several queues; the output of
 * a function has `function:NAME`. Undefined where it is none.
 */
export function failurePlaceOf(key: string, value: string): FailurePlace | undefined {
  const name = key.slice(FAILURES_OUTPUT.length).toLowerCase()
  const [url, ...to] = value.split(' ')
  const [first] = to
  if (!key.startsWith(FAILURES_OUTPUT) || name === '' || url === undefined || first === undefined) return undefined
  if (first.startsWith('function:')) return { name, url, destination: { kind: 'function', name: first.slice('function:'.length) } }
  if (name === 'undelivered' || name === 'forwarded' || name === 'reports')
    return { name, url, destination: { kind: 'rules', queues: to.map((one) => addressOf(one)) } }
  return { name, url, destination: { kind: 'queue', ...addressOf(first) } }
}

/** `URL=ARN`, because a URL does not say the partition. */
function addressOf(text: string): { url: string; arn: string } {
  const [url = '', arn = ''] = text.split('=')
  return { url, arn }
}

/** A dead-letter queue on SQS, used with the rights of whoever runs the command. */
export function sqsFailureQueue(
  { name, url: QueueUrl, destination }: FailurePlace,
  { sqs, lambda }: { sqs: SQSClient; lambda: LambdaClient },
): FailureQueue {
  return {
    name,
    destination,
    async waiting() {
      const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
      const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }))
      return AttributeNames.reduce((sum, one) => sum + Number(Attributes[one] ?? 0), 0)
    },
    async take(limit, hiddenSeconds) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: limit,
          VisibilityTimeout: hiddenSeconds,
          WaitTimeSeconds: WAIT_SECONDS,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      )
      return Messages.map(failedMessage)
    },
    async giveBack(messages) {
      for (const { receipt: ReceiptHandle } of messages)
        await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))
    },
    async remove({ receipt: ReceiptHandle }) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    },
    async send(body, to) {
      if (destination.kind === 'function') return invoke(destination.name, body)
      const queue = destination.kind === 'queue' ? destination : destination.queues.find(({ arn }) => arn === to)
      if (queue === undefined) throw new ResponderError('usage', `${name} has no queue ${to ?? ''} to put a message back to`)
      const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: body }))
      return MessageId ?? UNNAMED
    },
  }

  async function invoke(FunctionName: string, body: string): Promise<string> {
    const { $metadata } = await lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload: Buffer.from(body) }))
    // Lambda names the invocation by it in the record of its failure.
    return $metadata.requestId ?? UNNAMED
  }
}

function failedMessage({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MessageAttributes = {} }: Message): FailedMessage {
  return {
    id: MessageId,
    receipt: ReceiptHandle,
    body: Body,
    sentAt: Number(Attributes.SentTimestamp ?? 0),
    received: Number(Attributes.ApproximateReceiveCount ?? 0),
    movedFrom: Attributes.DeadLetterQueueSourceArn,
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).flatMap(([key, { StringValue }]) => (StringValue === undefined ? [] : [[key, StringValue]])),
    ),
  }
}
