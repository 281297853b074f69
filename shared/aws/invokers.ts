import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { AlertReference } from '../domain/report-party.ts'
import { ResponderError } from '../errors.ts'
import type { AlertInvoker } from '../ports/intake.ts'
import type { BackfillQueue, BootstrapQueue, ContainInvoker, ReverifyQueue, RotateInvoker } from '../ports/invokers.ts'

/** A request with its signature: the raw bytes of its body, and two headers. */
interface SignedBytes {
  readonly body: Uint8Array
  readonly timestamp: string | undefined
  readonly signature: string | undefined
}

/** Invokes contain asynchronously: Lambda queues the event and retries it twice. */
export function lambdaContainInvoker(client: LambdaClient, functionName: string): ContainInvoker {
  return { contain: (incidentId) => invoke(client, functionName, incidentId) }
}

/** Invokes rotate asynchronously: Lambda queues the event and retries it twice. */
export function lambdaRotateInvoker(client: LambdaClient, functionName: string): RotateInvoker {
  return { rotate: (incidentId) => invoke(client, functionName, incidentId) }
}

async function invoke(client: LambdaClient, functionName: string, incidentId: string): Promise<void> {
  const Payload = Buffer.from(JSON.stringify({ incidentId }))
  await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload }))
}

/** Requests a backfill through the backfill queue of respond. */
export function sqsBackfillQueue(client: SQSClient, queueUrl: string): BackfillQueue {
  return {
    async backfill(incidentId) {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ trace: incidentId }) }))
    },
  }
}

/** Requests a key's history through the bootstrap queue. Without a queue nothing is sent, and baselines start empty. */
export function sqsBootstrapQueue(client: SQSClient, queueUrl: string | undefined): BootstrapQueue {
  return {
    async bootstrap(accessKeyId, identity) {
      if (queueUrl !== undefined)
        await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ bootstrap: accessKeyId, identity }) }))
    },
  }
}

/** Sends delayed messages to contain. SQS delays are exact to the second, EventBridge schedules only to the minute. */
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
          `the reverify queue accepted ${Entries.length - Failed.length} of ${Entries.length} messages`,
        )
    },
  }
}

/** Invokes review asynchronously with a request as Slack signed it. */
export function lambdaReviewInvoker(client: LambdaClient, functionName: string): { press(request: SignedBytes): Promise<void> } {
  return {
    async press({ body, timestamp, signature }) {
      const signed = { body: Buffer.from(body).toString('base64'), timestamp, signature }
      const Payload = Buffer.from(JSON.stringify({ signed }))
      await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload }))
    },
  }
}

/** Invokes fetch-alert asynchronously: Lambda queues the event and retries it twice. */
export function lambdaAlertInvoker(client: LambdaClient, functionName: string): AlertInvoker {
  return {
    async fetchAlert({ repository, number, isPublic }) {
      const Payload = Buffer.from(JSON.stringify({ repository, number, isPublic } satisfies AlertReference))
      await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload }))
    },
  }
}

/** Requests that an incident is sent to Security Hub, by a queue message. Does nothing without a queue or for a notice without an incident. */
export function sqsShareQueue(client: SQSClient, queueUrl: string | undefined): { share(incidentId: string): Promise<void> } {
  return {
    async share(incidentId) {
      if (queueUrl === undefined || !incidentId.startsWith('inc-')) return
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ share: incidentId }) }))
    },
  }
}
