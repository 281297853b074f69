import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { z } from 'zod'
import { errorName } from '../shared/errors.ts'
import type { BatchResult } from '../shared/pipeline.ts'
import type { Log } from '../shared/ports/runtime.ts'

/** A message of the bootstrap queue: a long-lived key that was seen for the first time. */
const BootstrapRequest = z.strictObject({ bootstrap: z.string().regex(/^AKIA[A-Z0-9]{12,124}$/) })

/** Sent by the sweep: an incident whose events are to be looked up. */
const BackfillRequest = z.strictObject({ trace: z.string().regex(/^inc-[0-9a-f]{12}$/) })

export interface Responder {
  respond(inputs: readonly unknown[]): Promise<BatchResult>
  bootstrap(accessKeyId: string): Promise<unknown>
  trace(incidentId: string): Promise<unknown>
  readonly log: Log
}

const processor = new BatchProcessor(EventType.SQS)

/** Hands a batch of messages to the responder and answers which of them SQS has to deliver again. */
export function sqsBatch({ respond, bootstrap, trace, log }: Responder): (event: SQSEvent, context: Context) => Promise<SQSBatchResponse> {
  return async (event, context) => {
    // The batch is folded as one, so every message waits for the same promise and takes its own part of the answer.
    const failures = work(event.Records)
    return processPartialResponse(event, async ({ messageId }: SQSRecord) => failOn((await failures).get(messageId)), processor, {
      context,
      throwOnFullBatchFailure: false,
    })
  }

  async function work(records: readonly SQSRecord[]): Promise<Map<string, string>> {
    const failures = new Map<string, string>()
    const inputs: { messageId: string; body: unknown }[] = []
    for (const { messageId, body } of records) {
      const parsed = parse(body)
      const errand = errandIn(parsed)
      if (parsed === undefined) failures.set(messageId, 'the message is not JSON')
      else if (errand === undefined) inputs.push({ messageId, body: parsed })
      else await errand.run().catch((cause: unknown) => failures.set(messageId, `${errand.name}: ${errorName(cause)}`))
    }
    if (inputs.length > 0) {
      const { failed, signals, outcomes, ignored } = await respond(inputs.map(({ body }) => body))
      for (const [at, reason] of failed) failures.set((inputs[at] as { messageId: string }).messageId, reason)
      log.info('respond.batch', { inputs: inputs.length, signals: signals.length, ignored, outcomes: outcomes.length, failed: failed.size })
    }
    for (const [messageId, reason] of failures) log.warn('respond.message.failed', { messageId, reason })
    return failures
  }

  /** What the bootstrap queue asks for, beside events. */
  function errandIn(body: unknown): { name: string; run(): Promise<unknown> } | undefined {
    const key = BootstrapRequest.safeParse(body)
    if (key.success) return { name: 'bootstrap', run: () => bootstrap(key.data.bootstrap) }
    const incident = BackfillRequest.safeParse(body)
    return incident.success ? { name: 'trace', run: () => trace(incident.data.trace) } : undefined
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // Answered as a failure of this message, so that it ends in the dead-letter queue and not in silence.
    return undefined
  }
}

function failOn(reason: string | undefined): void {
  if (reason !== undefined) throw new Error(reason)
}
