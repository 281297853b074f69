import { request } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { modelIn } from '../../functions/wiring/model.ts'
import { opinionSchema } from '../../shared/decide/advise/opinion.ts'
import type { Model, ModelQuestion } from '../../shared/ports/advisor.ts'
import { type ConverseServer, converseServer, type Generate, type Generated, type Prompt } from '../model/converse-server.ts'

const ID = 'example-model-v1'

const QUESTION: ModelQuestion = {
  instructions: 'Assess this.',
  question: '{"risk":60}\nUNTRUSTED 0\nuserAgent: aws-cli\nUNTRUSTED 0',
  tool: { name: 'give_opinion', description: 'Give your opinion.', schema: opinionSchema() },
  incidentId: 'inc-0123456789ab',
  deadlineSeconds: 5,
  maxOutputTokens: 300,
}

const servers: ConverseServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function serve(generate: Generate): Promise<ConverseServer> {
  const server = await converseServer(ID, generate)
  servers.push(server)
  return server
}

/** The model that a function's environment configures, at a server that answers so. */
async function modelAt(generate: Generate, id = ID): Promise<Model> {
  const model = modelIn({ ADVISOR_MODEL_ID: id, ADVISOR_ENDPOINT: (await serve(generate)).url })
  if (model === undefined) throw new Error('no model is configured')
  return model
}

const written = (text: string, isCut = false): Generated => ({ text, inputTokens: 700, outputTokens: 40, isCut })

describe('the server of a local model', () => {
  it('gives the model what the adapter of Bedrock sends, and the adapter the input of the forced tool', async () => {
    const prompts: Prompt[] = []
    const model = await modelAt(async (prompt) => {
      prompts.push(prompt)
      return written('{"likelihood":70}')
    })
    expect(await model.ask(QUESTION)).toMatchObject({ kind: 'answered', input: { likelihood: 70 }, inputTokens: 700, outputTokens: 40 })
    const [{ signal: _, ...prompt } = { signal: undefined }] = prompts
    expect(prompt).toEqual({ system: QUESTION.instructions, user: QUESTION.question, tool: QUESTION.tool, maxTokens: 300 })
  })

  it('leaves out the cache point that the adapter sends for models that take one', async () => {
    const id = 'anthropic.claude-haiku-4-5-20251001-v1:0'
    const systems: string[] = []
    const server = await converseServer(id, async ({ system }) => {
      systems.push(system)
      return written('{}')
    })
    servers.push(server)
    const answer = await modelIn({ ADVISOR_MODEL_ID: id, ADVISOR_ENDPOINT: server.url })?.ask(QUESTION)
    expect([answer?.kind, systems]).toEqual(['answered', [QUESTION.instructions]])
  })

  it.each([
    ['is no JSON', written('SAFE')],
    ['is JSON and no object', written('[1]')],
    ['was cut off, even where it is JSON by chance', written('{"likelihood":70}', true)],
  ])('has the adapter call an answer malformed that %s', async (_, generated) => {
    expect(await (await modelAt(async () => generated)).ask(QUESTION)).toEqual({ kind: 'fallback', cause: 'malformed' })
  })

  it('answers an error of Bedrock where the model fails, and where another model is asked', async () => {
    const failing = await modelAt(async () => {
      throw new Error('out of memory')
    })
    expect(await failing.ask({ ...QUESTION, deadlineSeconds: 0.3 })).toEqual({ kind: 'fallback', cause: 'failed' })
    expect(await (await modelAt(async () => written('{}'), 'another-model')).ask(QUESTION)).toEqual({ kind: 'fallback', cause: 'failed' })
  })

  it('stops the model where nobody waits any more, and then answers the next question', async () => {
    let stopped = 0
    const model = await modelAt(async ({ signal, user }) => {
      if (user === 'slow')
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            stopped += 1
            resolve()
          })
        })
      return written('{}')
    })
    expect(await model.ask({ ...QUESTION, question: 'slow', deadlineSeconds: 0.1 })).toEqual({ kind: 'fallback', cause: 'late' })
    expect(await model.ask(QUESTION)).toMatchObject({ kind: 'answered' })
    expect(stopped).toBe(1)
  })

  it('is closed once the model has stopped, whose memory may then be freed', async () => {
    const events: string[] = []
    const server = await serve(async ({ signal }) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      await new Promise((resolve) => setImmediate(resolve))
      events.push('stopped')
      return written('{}')
    })
    const asked = modelIn({ ADVISOR_MODEL_ID: ID, ADVISOR_ENDPOINT: server.url })?.ask({ ...QUESTION, deadlineSeconds: 0.1 })
    expect(await asked).toEqual({ kind: 'fallback', cause: 'late' })
    await server.close()
    events.push('closed')
    expect(events).toEqual(['stopped', 'closed'])
    servers.splice(servers.indexOf(server), 1)
  })

  it('asks the model one question at a time', async () => {
    let running = 0
    let most = 0
    const model = await modelAt(async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      return written('{}')
    })
    const answers = await Promise.all(Array.from({ length: 5 }, () => model.ask(QUESTION)))
    expect(answers.map(({ kind }) => kind)).toEqual(Array(5).fill('answered'))
    expect(most).toBe(1)
  })

  it.each([
    ['another path', 'POST', '/model/example-model-v1/invoke', '{}', 404, 'UnknownOperationException'],
    ['another method', 'GET', '/model/example-model-v1/converse', '', 404, 'UnknownOperationException'],
    ['a path that cannot be decoded', 'POST', '/model/%E0%A4%A/converse', '{}', 404, 'UnknownOperationException'],
    ['what is no JSON', 'POST', '/model/example-model-v1/converse', '{', 400, 'ValidationException'],
    ['a question without a tool', 'POST', '/model/example-model-v1/converse', '{"messages":[]}', 400, 'ValidationException'],
    ['more than a question may have', 'POST', '/model/example-model-v1/converse', 'x'.repeat(2 ** 20 + 1), 413, 'ValidationException'],
  ])('refuses %s by the name of an error of Bedrock, and never asks the model', async (_, method, path, body, status, name) => {
    let asked = 0
    const { url } = await serve(async () => {
      asked += 1
      return written('{}')
    })
    expect(await call(url + path, { method, body })).toEqual([status, name])
    expect(asked).toBe(0)
  })
})

function call(url: string, { method, body }: { method: string; body: string }): Promise<[status: number | undefined, name: unknown]> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent: false }, (answer) => {
      answer.resume()
      answer.on('end', () => resolve([answer.statusCode, answer.headers['x-amzn-errortype']]))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
