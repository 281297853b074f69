/** One HTTP call that the SDK makes, whole. */
export interface SdkCall {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface SdkAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** What the SDK asks of a handler of HTTP: https://github.com/smithy-lang/smithy-typescript/blob/main/packages/types/src/transfer.ts */
export type SdkRequestHandler = {
  readonly metadata: { readonly handlerProtocol: 'http/1.1' }
  handle(request: {
    method: string
    path: string
    headers: Record<string, string>
    body?: string | Uint8Array
  }): Promise<{ response: { statusCode: number; headers: Record<string, string>; body: Uint8Array } }>
  updateHttpClientConfig(): void
  httpHandlerConfigs(): object
}

/** Has a client of the SDK make its calls by a function, so that no port has to be open for them. */
export function callsBy(ask: (call: SdkCall) => Promise<SdkAnswer>): SdkRequestHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle({ method, path, headers, body = '' }) {
      const answer = await ask({ method, url: path, headers, body: bytesOf(body) })
      return { response: { statusCode: answer.status, headers: { ...answer.headers }, body: answer.body } }
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  }
}

function bytesOf(body: string | Uint8Array): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}
