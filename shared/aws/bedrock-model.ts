import {
  type BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandInput,
  type ConverseCommandOutput,
} from '@aws-sdk/client-bedrock-runtime'
import type { AdvisorFallback } from '../domain/assessment.ts'
import type { Model, ModelAnswer, ModelQuestion } from '../ports/advisor.ts'

/** A Bedrock model or inference profile, and an optional guardrail for its questions and answers. */
export interface BedrockModel {
  readonly id: string
  readonly guardrail?: { readonly id: string; readonly version: string } | undefined
}

/** The least time that must be left for a retry, in milliseconds. */
const MINIMUM_RETRY_MS = 250

/** The pause before a retry is one to two times this, in milliseconds, unless Bedrock sends `retry-after`. */
const BACKOFF_MS = 200

const THROTTLED = new Set(['ThrottlingException', 'TooManyRequestsException', 'ModelNotReadyException', 'ServiceQuotaExceededException'])

/** Models that accept a cache point after the fixed part of a question; others reject it. https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html */
const CACHING = /anthropic\.claude-(3-5-haiku|3-7|haiku-4|sonnet-4|opus-4)|amazon\.nova/

/**
 * A model on Bedrock, called by the Converse API with one forced tool and within a hard deadline.
 *
 * It retries once when Bedrock is throttled or fails with a 5xx status and time is left. Never throws: every failure is a `fallback`.
 */
export function bedrockModel(
  client: BedrockRuntimeClient,
  model: BedrockModel,
  time: { wait(ms: number): Promise<void>; random(): number } = REAL_TIME,
): Model {
  return {
    id: model.id,
    async ask(asked) {
      const startedAt = performance.now()
      const deadlineMs = asked.deadlineSeconds * 1000
      const abortSignal = AbortSignal.timeout(Math.ceil(deadlineMs))
      for (let attempt = 1; ; attempt++) {
        try {
          return answerIn(await client.send(new ConverseCommand(requestFor(model, asked)), { abortSignal }), {
            tool: asked.tool.name,
            startedAt,
          })
        } catch (cause) {
          // An answer that the deadline cuts off surfaces as a connection error, so the signal is checked first.
          if (abortSignal.aborted) return { kind: 'fallback', cause: 'late' }
          const leftMs = deadlineMs - (performance.now() - startedAt)
          const pauseMs = retryAfterMs(cause) ?? BACKOFF_MS * (1 + time.random())
          if (attempt > 1 || !isBusy(cause) || pauseMs + MINIMUM_RETRY_MS > leftMs) return { kind: 'fallback', cause: causeOf(cause) }
          await time.wait(pauseMs)
        }
      }
    },
  }
}

const REAL_TIME = {
  wait: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  random: () => Math.random(),
}

function requestFor(
  { id, guardrail }: BedrockModel,
  { instructions, question, tool, incidentId, maxOutputTokens }: ModelQuestion,
): ConverseCommandInput {
  const system = [{ text: instructions }, ...(CACHING.test(id) ? [{ cachePoint: { type: 'default' as const } }] : [])]
  return {
    modelId: id,
    system,
    messages: [{ role: 'user', content: [{ text: question }] }],
    inferenceConfig: { maxTokens: maxOutputTokens, temperature: 0 },
    requestMetadata: { incidentId },
    toolConfig: {
      toolChoice: { tool: { name: tool.name } },
      tools: [{ toolSpec: { name: tool.name, description: tool.description, inputSchema: { json: tool.schema as never } } }],
    },
    ...(guardrail === undefined ? {} : { guardrailConfig: { guardrailIdentifier: guardrail.id, guardrailVersion: guardrail.version } }),
  }
}

function answerIn(answer: ConverseCommandOutput, { tool, startedAt }: { tool: string; startedAt: number }): ModelAnswer {
  if (answer.stopReason === 'guardrail_intervened' || answer.stopReason === 'content_filtered')
    return { kind: 'fallback', cause: 'refused' }
  const uses = (answer.output?.message?.content ?? []).flatMap(({ toolUse }) => toolUse ?? [])
  // An answer cut off by the token limit may parse by chance, but it is incomplete.
  if (answer.stopReason === 'max_tokens' || uses.length !== 1 || uses[0]?.name !== tool) return { kind: 'fallback', cause: 'malformed' }
  return {
    kind: 'answered',
    input: uses[0].input,
    inputTokens: answer.usage?.inputTokens ?? 0,
    outputTokens: answer.usage?.outputTokens ?? 0,
    milliseconds: Math.round(performance.now() - startedAt),
  }
}

function isBusy(cause: unknown): boolean {
  return cause instanceof Error && (THROTTLED.has(cause.name) || (statusOf(cause) ?? 0) >= 500)
}

function causeOf(cause: unknown): AdvisorFallback {
  if (!(cause instanceof Error)) return 'failed'
  if (cause.name === 'TimeoutError') return 'late'
  if (THROTTLED.has(cause.name)) return 'throttled'
  return cause.name === 'SyntaxError' ? 'malformed' : 'failed'
}

function statusOf(cause: Error): number | undefined {
  return (cause as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
}

/** The `retry-after` header of Bedrock (seconds), in milliseconds. */
function retryAfterMs(cause: unknown): number | undefined {
  const { headers } = (cause as { $response?: { headers?: Record<string, string> } }).$response ?? {}
  const seconds = Number(headers?.['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined
}
