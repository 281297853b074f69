import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import * as z from 'zod'
import { errorName } from '../shared/errors.ts'
import type { BatchResult } from '../shared/pipeline.ts'
import type { Deliveries, Delivery } from '../shared/ports/deliveries.ts'
import type { Log, Pause } from '../shared/ports/runtime.ts'
import { type Failure, redeliveredAfter } from './redelivery.ts'
import { UNIT_LIMITS, type UnitLimits, unitsOf } from './units-of-batch.ts'

/** A message of the bootstrap queue: a long-lived key that was seen for the first time, and who uses it, which earlier releases did not say. */
const BootstrapRequest = z.strictObject({
  bootstrap: z.string().regex(/^AKIA[A-Z0-9]{12,124}$/),
  identity: z.string().max(2048).optional(),
})

/** A message of the backfill queue, sent by respond and by the sweep: an incident whose events are to be looked up. */
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
  respond(inputs: readonly unknown[], remainingMs: () => number): Promise<BatchResult>
  bootstrap(accessKeyId: string, identityId: string | undefined): Promise<unknown>
  backfill(incidentId: string): Promise<unknown>
  /** ARNs of the queues: `events` accept events only, `tasks` accept tasks only. */
  readonly queues: { readonly events: ReadonlySet<string>; readonly tasks: ReadonlySet<string> }
  readonly deliveries: Deliveries
  readonly pause: Pick<Pause, 'random'>
  /** How a batch is divided; `UNIT_LIMITS` where it is not said. */
  readonly limits?: UnitLimits
  readonly log: Log
}

/** Of the time of an invocation, what is kept for giving messages back and for the answer to Lambda. Milliseconds. */
const RESERVED_MS = 5000

const NO_TIME_LEFT = 'the function had no time left for it; it is delivered again'

const processor = new BatchProcessor(EventType.SQS)

/** Passes a batch of messages to the responder and returns those that SQS has to deliver again, each with a time of its own. */
export function sqsBatch(responder: Responder): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  const { bootstrap, backfill, queues, deliveries, pause, log } = responder
  return async (event, context) => {
    // Parts of the batch are taken together, so every message waits for the same promise and picks its own result.
    const failures = work(event.Records, () => context.getRemainingTimeInMillis() - RESERVED_MS)
    return processPartialResponse(event, async ({ messageId }: SQSRecord) => failOn((await failures).get(messageId)?.reason), processor, {
      context,
      throwOnFullBatchFailure: false,
    })
  }

  async function work(records: readonly SQSRecord[], remainingMs: () => number): Promise<ReadonlyMap<string, Failure>> {
    // Lambda does not say who invoked a function. Before anything is believed, the queues themselves are asked for the messages.
    const undelivered = await deliveries.undelivered(records.map(deliveryOf))
    const failures = new Map<string, Failure>()
    const inputs: Input[] = []
    for (const { messageId, body, eventSourceARN } of records) {
      const fail = (reason: string) => failures.set(messageId, { reason, kind: 'failed' })
      const unproven = undelivered.get(messageId)
      const parsed = parse(body)
      if (unproven !== undefined) fail(unproven)
      else if (parsed === undefined) fail('the message is not JSON')
      else if (queues.tasks.has(eventSourceARN)) {
        const failure = await runTask(parsed)
        if (failure !== undefined) fail(failure)
      } else if (!queues.events.has(eventSourceARN)) fail('the message is from no queue of the stack')
      else if (!Envelope.safeParse(parsed).success) fail('the message is no event of EventBridge')
      else inputs.push({ messageId, body: parsed })
    }
    for (const [messageId, failure] of await respondTo(inputs, responder, remainingMs)) failures.set(messageId, failure)
    for (const [messageId, { reason, kind }] of failures)
      if (kind === 'contended') log.warn('respond.message.contended', { messageId, reason })
      else log.warn('respond.message.failed', { messageId, reason })
    const again = records.flatMap((record) => {
      const failure = failures.get(record.messageId)
      if (failure === undefined || undelivered.has(record.messageId)) return []
      return [{ ...deliveryOf(record), afterSeconds: redeliveredAfter(failure, receivesOf(record), pause.random()) }]
    })
    const late = again.length === 0 ? [] : await deliveries.redeliver(again)
    for (const [messageId, reason] of late) log.warn('respond.redelivery.late', { messageId, reason })
    return failures
  }

  /** Runs the task in a message of the bootstrap or the backfill queue. Each takes both: earlier releases had one queue for them. Returns the reason when it failed. */
  async function runTask(body: unknown): Promise<string | undefined> {
    const failed = (name: string) => (cause: unknown) => `${name}: ${errorName(cause)}`
    const key = BootstrapRequest.safeParse(body)
    if (key.success) return bootstrap(key.data.bootstrap, key.data.identity).then(() => undefined, failed('bootstrap'))
    const incident = BackfillRequest.safeParse(body)
    if (incident.success) return backfill(incident.data.trace).then(() => undefined, failed('backfill'))
    return 'the message is no task, and this queue accepts nothing else'
  }
}

interface Input {
  readonly messageId: string
  readonly body: unknown
}

/** Has events evaluated, a part of the batch at a time, and returns by message id which failed. Parts for which there is no time left are given back. */
async function respondTo(
  inputs: readonly Input[],
  { respond, log, limits = UNIT_LIMITS }: Responder,
  remainingMs: () => number,
): Promise<Map<string, Failure>> {
  const failures = new Map<string, Failure>()
  const counts = { inputs: inputs.length, signals: 0, ignored: 0, outcomes: 0 }
  let longestMs = 0
  for (const [at, unit] of unitsOf(inputs, limits).entries()) {
    const startsWithMs = remainingMs()
    if (at > 0 && startsWithMs < 2 * longestMs) {
      for (const { messageId } of unit) failures.set(messageId, { reason: NO_TIME_LEFT, kind: 'contended' })
      continue
    }
    try {
      const { failed, contended, signals, outcomes, ignored } = await respond(
        unit.map(({ body }) => body),
        remainingMs,
      )
      for (const [position, reason] of failed)
        failures.set((unit[position] as Input).messageId, { reason, kind: contended.has(position) ? 'contended' : 'failed' })
      counts.signals += signals.length
      counts.outcomes += outcomes.length
      counts.ignored += ignored
    } catch (cause) {
      for (const { messageId } of unit) failures.set(messageId, { reason: errorName(cause), kind: 'failed' })
    }
    longestMs = Math.max(longestMs, startsWithMs - remainingMs())
  }
  if (inputs.length > 0) log.info('respond.batch', { ...counts, failed: failures.size })
  return failures
}

/** How often SQS has handed the message out, this time included. */
function receivesOf({ attributes }: SQSRecord): number {
  const counted = Number(attributes?.ApproximateReceiveCount)
  return Number.isSafeInteger(counted) && counted > 0 ? counted : 1
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
