import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { ResponderError } from '../errors.ts'
import type { BackfillQueue, BootstrapQueue, ContainInvoker, ReverifyQueue, RotateInvoker } from '../ports/invokers.ts'

/** Invokes contain without waiting for it: Lambda keeps the event and tries twice more. */
export function lambdaContainInvoker(client: LambdaClient, functionName: string): ContainInvoker {
  return { contain: (incidentId) => invoke(client, functionName, incidentId) }
}

/** The same for rotate. */
export function lambdaRotateInvoker(client: LambdaClient, functionName: string): RotateInvoker {
  return { rotate: (incidentId) => invoke(client, functionName, incidentId) }
}

async function invoke(client: LambdaClient, functionName: string, incidentId: string): Promise<void> {
  const Payload = Buffer.from(JSON.stringify({ incidentId }))
  await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload }))
}

/** Asks respond, through its bootstrap queue, to look up the events of an incident's credentials. */
export function sqsBackfillQueue(client: SQSClient, queueUrl: string): BackfillQueue {
  return {
    async backfill(incidentId) {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ trace: incidentId }) }))
    },
  }
}

/** Asks for a key's past through the bootstrap queue; without one, baselines start empty. */
export function sqsBootstrapQueue(client: SQSClient, queueUrl: string | undefined): BootstrapQueue {
  return {
    async bootstrap(accessKeyId) {
      if (queueUrl !== undefined)
        await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ bootstrap: accessKeyId }) }))
    },
  }
}

/** Sends contain delayed messages. SQS keeps time to the second; a schedule of EventBridge only to the minute. */
export function sqsReverifyQueue(client: SQSClient, queueUrl: string): ReverifyQueue {
  return {
    async verifyLater(incidentId, afterSeconds) {
      const Entries = afterSeconds.map((DelaySeconds) => ({
        Id: `after-${DelaySeconds}`,
        DelaySeconds,
        MessageBody: JSON.stringify({ incidentId }),
      }))
      const { Failed } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }))
      if (Failed !== undefined && Failed.length > 0)
        throw new ResponderError(
          'store.unavailable',
          `the reverify queue took ${Entries.length - Failed.length} of ${Entries.length} messages`,
        )
    },
  }
}

/** Invokes review with what a person pressed, without waiting for it. */
export function lambdaReviewInvoker<T>(client: LambdaClient, functionName: string): { press(press: T): Promise<void> } {
  return {
    async press(press) {
      const Payload = Buffer.from(JSON.stringify({ press }))
      await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload }))
    },
  }
}

/** Has an incident shown elsewhere by a message of its own; without a queue, and for a notice of no incident, nowhere. */
export function sqsShareQueue(client: SQSClient, queueUrl: string | undefined): { share(incidentId: string): Promise<void> } {
  return {
    async share(incidentId) {
      if (queueUrl === undefined || !incidentId.startsWith('inc-')) return
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ share: incidentId }) }))
    },
  }
}
