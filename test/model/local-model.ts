import { pathToFileURL } from 'node:url'
import type { Generate } from './converse-server.ts'
import type { InstalledModel } from './install.ts'
import { schemaGrammar } from './schema-grammar.ts'

/** What is used of node-llama-cpp, which is installed beside the project and not with it: https://node-llama-cpp.withcat.ai/api/ */
interface Runtime {
  getLlama(options: object): Promise<{
    loadModel(options: { modelPath: string }): Promise<{
      tokenize(text: string, isSpecial?: boolean): readonly number[]
      createContext(options: { contextSize: number; threads: number }): Promise<{ getSequence(): object }>
    }>
    createGrammar(options: { grammar: string }): Promise<object>
    dispose(): Promise<void>
  }>
  LlamaCompletion: new (options: {
    contextSequence: object
  }) => {
    generateCompletionWithMeta(
      input: readonly number[],
      options: { grammar: object; maxTokens: number; temperature: number; signal: AbortSignal; onToken(tokens: readonly number[]): void },
    ): Promise<{ response: string; metadata: { stopReason: string } }>
  }
}

/** Tokens of question and answer together. The model was trained with 8,192. */
const CONTEXT_TOKENS = 6144

/** A model that runs in this process, on the processor, by as many threads as are given. `close` frees its memory. */
export interface LocalModel {
  readonly generate: Generate
  close(): Promise<void>
}

/**
 * Loads the weights. An answer is constrained by the grammar of the tool's schema, so it is well-formed unless its tokens are used up; its temperature is 0.
 * The texts of the prompt cannot contain the tokens that end a turn. What two prompts have in common at their beginning is computed once.
 */
export async function localModel({ runtime, weights }: InstalledModel, threads: number): Promise<LocalModel> {
  const { getLlama, LlamaCompletion } = (await import(pathToFileURL(runtime).href)) as Runtime
  const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: 'error', maxThreads: threads })
  const model = await llama.loadModel({ modelPath: weights })
  const context = await model.createContext({ contextSize: CONTEXT_TOKENS, threads })
  const completion = new LlamaCompletion({ contextSequence: context.getSequence() })
  const grammars = new Map<string, Promise<object>>()
  const grammarOf = (schema: unknown): Promise<object> => {
    const key = JSON.stringify(schema)
    const grammar = grammars.get(key) ?? llama.createGrammar({ grammar: schemaGrammar(schema) })
    grammars.set(key, grammar)
    return grammar
  }
  return {
    async generate({ system, user, tool, maxTokens, signal }) {
      const called = `Answer by calling the tool ${tool.name}: ${tool.description} Its input is JSON of this schema:\n${JSON.stringify(tool.schema)}`
      // ChatML, by which this model was trained. Only its own marks are read as special tokens.
      const input = [
        ...[...model.tokenize('<|im_start|>system\n', true), ...model.tokenize(`${system}\n\n${called}`)],
        ...[...model.tokenize('<|im_end|>\n<|im_start|>user\n', true), ...model.tokenize(user)],
        ...model.tokenize('<|im_end|>\n<|im_start|>assistant\n', true),
      ]
      if (input.length + maxTokens > CONTEXT_TOKENS)
        throw new Error(`a question of ${input.length} tokens and ${maxTokens} for the answer do not fit`)
      let outputTokens = 0
      const { response, metadata } = await completion.generateCompletionWithMeta(input, {
        grammar: await grammarOf(tool.schema),
        maxTokens,
        temperature: 0,
        signal,
        onToken: (tokens) => {
          outputTokens += tokens.length
        },
      })
      return { text: response, inputTokens: input.length, outputTokens, isCut: metadata.stopReason === 'maxTokens' }
    },
    close: () => llama.dispose(),
  }
}
