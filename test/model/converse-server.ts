import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as z from 'zod'

/** What a model is asked: the tool that it must call, and the texts before its answer. */
export interface Prompt {
  readonly system: string
  readonly user: string
  readonly tool: { readonly name: string; readonly description: string; readonly schema: unknown }
  readonly maxTokens: number
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/** The text that a model wrote as the input of the tool. `isCut` where the tokens were used up. */
export interface Generated {
  readonly text: string
  readonly inputTokens: number
  readonly outputTokens: number
  readonly isCut: boolean
}

export type Generate = (prompt: Prompt) => Promise<Generated>

/** A server on loopback. Closed, it stops the model and waits until that has stopped. */
export interface ConverseServer {
  readonly url: string
  close(): Promise<void>
}

/**
 * A server on loopback that speaks the Converse operation of Bedrock's runtime for one model: questions of one turn, with one tool that must be called.
 *
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html. Signatures are not checked. Questions are answered one after the other.
 * What it does not serve is an error of Bedrock's, with a message that names it.
 */
export async function converseServer(modelId: string, generate: Generate): Promise<ConverseServer> {
  let last: Promise<unknown> = Promise.resolve()
  const server = createServer((incoming, outgoing) => {
    const gone = new AbortController()
    outgoing.on('close', () => gone.abort())
    const answered = last.then(() => answer(incoming, { modelId, generate, signal: gone.signal }))
    last = answered.catch(() => {})
    answered.then(
      (body) => send(outgoing, 200, body),
      (cause: unknown) => {
        const { status, name, message } = cause instanceof Refusal ? cause : new Refusal(500, 'InternalServerException', `${cause}`)
        send(outgoing, status, { message }, { 'x-amzn-errortype': name })
      },
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await last
    },
  }
}

/** An error of Bedrock, by its name. */
class Refusal extends Error {
  readonly status: number

  constructor(status: number, name: string, message: string) {
    super(message)
    this.status = status
    this.name = name
  }
}

const Text = z.object({ text: z.string() })
const ConverseRequest = z.object({
  // A cache point has no text: the server may keep what comes before it or not.
  system: z.array(z.union([Text, z.object({ cachePoint: z.unknown() })])).default([]),
  messages: z.tuple([z.object({ role: z.literal('user'), content: z.array(Text).min(1) })]),
  inferenceConfig: z.object({ maxTokens: z.number().int().min(1).max(4096) }),
  toolConfig: z.object({
    toolChoice: z.object({ tool: z.object({ name: z.string() }) }),
    tools: z.tuple([
      z.object({
        toolSpec: z.object({ name: z.string(), description: z.string().default(''), inputSchema: z.object({ json: z.unknown() }) }),
      }),
    ]),
  }),
})

/** The most bytes of a question. */
const BODY_LIMIT = 2 ** 20

async function answer(
  incoming: IncomingMessage,
  { modelId, generate, signal }: { modelId: string; generate: Generate; signal: AbortSignal },
): Promise<object> {
  const asked = modelIn(incoming)
  if (asked === undefined)
    throw new Refusal(404, 'UnknownOperationException', `${incoming.method} ${incoming.url} is not POST /model/{id}/converse`)
  if (asked !== modelId) throw new Refusal(404, 'ResourceNotFoundException', `the model is ${modelId}, got ${asked}`)
  const { system, messages, inferenceConfig, toolConfig } = requestIn(await bodyOf(incoming))
  const { name, description, inputSchema } = toolConfig.tools[0].toolSpec
  if (toolConfig.toolChoice.tool.name !== name)
    throw new Refusal(400, 'ValidationException', `toolChoice names ${toolConfig.toolChoice.tool.name}, the tool is ${name}`)
  const startedAt = performance.now()
  const { text, inputTokens, outputTokens, isCut } = await generate({
    system: textOf(system.flatMap((part) => ('text' in part ? part : []))),
    user: textOf(messages[0].content),
    tool: { name, description, schema: inputSchema.json },
    maxTokens: inferenceConfig.maxTokens,
    signal,
  })
  const input = isCut ? undefined : inputIn(text)
  const content = input === undefined ? [{ text }] : [{ toolUse: { toolUseId: 'tooluse_1', name, input } }]
  return {
    output: { message: { role: 'assistant', content } },
    stopReason: isCut ? 'max_tokens' : input === undefined ? 'end_turn' : 'tool_use',
    usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens },
    metrics: { latencyMs: Math.round(performance.now() - startedAt) },
  }
}

/** The model that a request is for; undefined where it is no request of Converse. */
function modelIn({ method, url = '' }: IncomingMessage): string | undefined {
  const [, named] = url.match(/^\/model\/([^/?]+)\/converse$/) ?? []
  if (method !== 'POST' || named === undefined) return undefined
  try {
    return decodeURIComponent(named)
  } catch {
    return undefined
  }
}

function requestIn(body: string): z.infer<typeof ConverseRequest> {
  const parsed = ConverseRequest.safeParse(jsonIn(body))
  if (!parsed.success)
    throw new Refusal(400, 'ValidationException', `this server does not serve such a question: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length
    // The rest is read all the same: who still writes does not read the refusal.
    if (length <= BODY_LIMIT) chunks.push(chunk)
  }
  if (length > BODY_LIMIT) throw new Refusal(413, 'ValidationException', `a question may have ${BODY_LIMIT} bytes, got ${length}`)
  return Buffer.concat(chunks).toString()
}

/** The JSON object of a text; undefined where it is none. */
function inputIn(text: string): unknown {
  const value = jsonIn(text)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function textOf(parts: readonly { readonly text: string }[]): string {
  return parts.map(({ text }) => text).join('\n')
}

function send(outgoing: ServerResponse, status: number, body: object, headers: Readonly<Record<string, string>> = {}): void {
  if (outgoing.destroyed) return
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers })
  outgoing.end(JSON.stringify(body))
}
