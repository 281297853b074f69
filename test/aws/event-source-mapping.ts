import { ChangeMessageVisibilityCommand, DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { type DeployedFunction, REGION } from './stack-on-moto.ts'

/** The most messages that SQS gives at a time. Lambda asks again until it has a batch. */
const RECEIVE_LIMIT = 10

/** The properties of an AWS::Lambda::EventSourceMapping on a queue. */
export interface Mapping {
  readonly BatchSize: number
  readonly EventSourceArn: { readonly 'Fn::GetAtt': readonly [queue: string, attribute: string] }
  readonly FunctionName: { readonly Ref: string }
  readonly FunctionResponseTypes?: readonly string[]
}

/** A batch that a function was given: how many messages, how many of them have to come again, and what the function logged. */
export interface Delivery {
  readonly messages: number
  readonly failed: number
  readonly log: string
}

/**
 * Does once what Lambda does by an event source mapping: takes a batch with the rights of the function's role, invokes the function and deletes
 * what did not fail. What failed is shown again at once, where Lambda waits for the visibility timeout. `asSent` makes of a message what AWS would have
 * sent, where moto sends something else. Throws what the function threw.
 */
export async function deliverTo(
  taker: DeployedFunction,
  mapping: Mapping,
  queue: { readonly sqs: SQSClient; readonly url: string; readonly arn: string; readonly asSent?: ((body: string) => string) | undefined },
  waitSeconds: number,
): Promise<Delivery> {
  const { sqs, url: QueueUrl, asSent = (body) => body } = queue
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: Math.min(mapping.BatchSize, RECEIVE_LIMIT),
      MessageSystemAttributeNames: ['All'],
      WaitTimeSeconds: waitSeconds,
    }),
  )
  if (Messages.length === 0) return { messages: 0, failed: 0, log: '' }
  const Records = Messages.map(({ MessageId, ReceiptHandle, Body, MD5OfBody, Attributes }) => ({
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: asSent(Body ?? ''),
    attributes: Attributes,
    messageAttributes: {},
    md5OfBody: MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queue.arn,
    awsRegion: REGION,
  }))
  const { answer, log } = await taker.invoke({ Records })
  const failed = failedIn(answer, mapping)
  for (const { MessageId = '', ReceiptHandle } of Messages) {
    if (failed.has(MessageId)) await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))
    else await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
  }
  return { messages: Messages.length, failed: failed.size, log }
}

/** The messages that the answer of a function names as failed. Lambda looks into the answer only where the mapping says so. */
function failedIn(answer: unknown, { FunctionResponseTypes = [] }: Mapping): ReadonlySet<string> {
  if (!FunctionResponseTypes.includes('ReportBatchItemFailures')) return new Set()
  const { batchItemFailures } = answer as { batchItemFailures: readonly { readonly itemIdentifier: string }[] }
  return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
}
