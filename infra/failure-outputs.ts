import { CfnOutput, type Stack } from 'aws-cdk-lib'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { FAILURES_OUTPUT } from '../shared/aws/failure-queues.ts'
import type { NoticeQueue } from './notice-queue.ts'
import type { Queues } from './queues.ts'

export interface FailureOutputs {
  readonly queues: Queues
  readonly notices: NoticeQueue | undefined
  readonly reverify: Queue
  readonly reverifyFailures: Queue
  /** What the rules of the default bus, of the bus for forwarded events, and of that for reports could not deliver. */
  readonly undelivered: Readonly<Record<'undelivered' | 'forwarded' | 'reports', Queue | undefined>>
  /** Functions by their names, with the queue of what each failed at. */
  readonly functions: Readonly<
    Record<string, { readonly responder: { readonly function: LambdaFunction }; readonly failures: Queue } | undefined>
  >
}

/** Tells `countersign redrive` by outputs of the stack which dead-letter queues there are, and where their messages are put back. A test holds that none is left out. */
export function failureOutputs(
  stack: Stack,
  { queues, notices, reverify, reverifyFailures, undelivered, functions }: FailureOutputs,
): void {
  const output = (name: string, deadLetters: Queue, to: string) =>
    new CfnOutput(stack, `${FAILURES_OUTPUT}${name[0]?.toUpperCase()}${name.slice(1)}`, { value: `${deadLetters.queueUrl} ${to}` })
  const address = ({ queueUrl, queueArn }: Queue) => `${queueUrl}=${queueArn}`
  for (const { name, queue, deadLetters } of queues.all) output(name, deadLetters, address(queue))
  output('reverify', reverifyFailures, address(reverify))
  if (notices !== undefined) output('notices', notices.failures, address(notices.queue))
  for (const [name, one] of Object.entries(undelivered)) if (one !== undefined) output(name, one, queues.ofEvents.map(address).join(' '))
  for (const [name, one] of Object.entries(functions))
    if (one !== undefined) output(name, one.failures, `function:${one.responder.function.functionName}`)
}
