import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import * as z from 'zod'
import { errorName } from '../shared/errors.ts'
import type { BatchResult } from '../shared/pipeline.ts'
import type { Deliveries, Delivery } from '../shared/ports/deliveries.ts'
import type { Log } from '../shared/ports/runtime.ts'

/** A message of the bootstrap queue: a long-lived key that was seen for the first time. */
const BootstrapRequest = z.strictObject({ bootstrap: z.string().regex(/^AKIA[A-Z0-9]{12,124}$/) })

/** A message of the bootstrap queue, sent by the sweep: an incident whose events are to be looked up. */
const BackfillRequest = z.strictObject({ trace: z.string().regex(/^inc-[0-9a-f]{12}$/) })

/** A message of the event queues: an event in EventBridge's envelope. The pipeline decides whether to believe it. */
const Envelope = z.looseObject({
  source: z.string(),
  'detail-type': z.string(),
  account: z.string(),
  time: z.string(),
  detail: z.unknown(),
})

/** What the function respond does with the messages of its queues. */
export interface Responder {
  respond(inputs: readonly unknown[]): Promise<BatchResult>
  bootstrap(accessKeyId: string): Promise<unknown>
  backfill(incidentId: string): Promise<unknown>
  /** ARNs of the queues: `events` accept events only, `tasks` accepts tasks only. */
  readonly queues: { readonly events: ReadonlySet<string>; readonly tasks: string }
  readonly deliveries: Deliveries
  readonly log: Log
}

const processor = new BatchProcessor(EventType.SQS)

/** Passes a batch of messages to the responder and returns those that SQS has to deliver again. */
export function sqsBatch({
  respond,
  bootstrap,
  backfill,
  queues,
  deliveries,
  log,
}: Responder): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  return async (event, context) => {
    // The pipeline takes the batch as a whole, so every message waits for the same promise and picks its own result.
    const failures = work(event.Records)
    return processPartialResponse(event, async ({ messageId }: SQSRecord) => failOn((await failures).get(messageId)), processor, {
      context,
      throwOnFullBatchFailure: false,
    })
  }

  async function work(records: readonly SQSRecord[]): Promise<Map<string, string>> {
    // Lambda does not say who invoked a function. Before anything is believed, the queues themselves are asked for the messages.
    const failures = new Map(await deliveries.undelivered(records.map(deliveryOf)))
    const inputs: { messageId: string; body: unknown }[] = []
    for (const { messageId, body, eventSourceARN } of records) {
      if (failures.has(messageId)) continue
      const parsed = parse(body)
      if (parsed === undefined) failures.set(messageId, 'the message is not JSON')
      else if (eventSourceARN === queues.tasks) {
        const failure = await runTask(parsed)
        if (failure !== undefined) failures.set(messageId, failure)
      } else if (!queues.events.has(eventSourceARN)) failures.set(messageId, 'the message is from no queue of the stack')
      else if (!Envelope.safeParse(parsed).success) failures.set(messageId, 'the message is no event of EventBridge')
      else inputs.push({ messageId, body: parsed })
    }
    if (inputs.length > 0) {
      const { failed, signals, outcomes, ignored } = await respond(inputs.map(({ body }) => body))
      for (const [at, reason] of failed) failures.set((inputs[at] as { messageId: string }).messageId, reason)
      log.info('respond.batch', { inputs: inputs.length, signals: signals.length, ignored, outcomes: outcomes.length, failed: failed.size })
    }
    for (const [messageId, reason] of failures) log.warn('respond.message.failed', { messageId, reason })
    return failures
  }

  /** Runs the task in a message of the bootstrap queue. Returns the reason when it failed. */
  async function runTask(body: unknown): Promise<string | undefined> {
    const failed = (name: string) => (cause: unknown) => `${name}: ${errorName(cause)}`
    const key = BootstrapRequest.safeParse(body)
    if (key.success) return bootstrap(key.data.bootstrap).then(() => undefined, failed('bootstrap'))
    const incident = BackfillRequest.safeParse(body)
    if (incident.success) return backfill(incident.data.trace).then(() => undefined, failed('backfill'))
    return 'the message is no task, and this queue accepts nothing else'
  }
}

function deliveryOf({ messageId, receiptHandle, eventSourceARN }: SQSRecord): Delivery {
  return { messageId, receiptHandle, queueArn: eventSourceARN }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // Reported as a failure of this message, so that SQS moves it to the dead-letter queue instead of dropping it.
    return undefined
  }
}

function failOn(reason: string | undefined): void {
  if (reason !== undefined) throw new Error(reason)
}
