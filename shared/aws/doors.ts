import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda'
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { BootstrapDoor, ContainDoor } from '../ports.ts'

/** Invokes contain without waiting for it: Lambda keeps the event and tries twice more. */
export function lambdaContainDoor(client: LambdaClient, functionName: string): ContainDoor {
  return {
    async contain(incidentId) {
      const Payload = Buffer.from(JSON.stringify({ incidentId }))
      await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload }))
    },
  }
}

/** Asks for a key's past through the bootstrap queue; without one, baselines start empty. */
export function sqsBootstrapDoor(client: SQSClient, queueUrl: string | undefined): BootstrapDoor {
  return {
    async bootstrap(accessKeyId) {
      if (queueUrl !== undefined)
        await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ bootstrap: accessKeyId }) }))
    },
  }
}
