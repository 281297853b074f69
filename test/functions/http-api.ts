import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * An HTTP API of API Gateway on loopback, with one function behind it. It invokes the function by payload format 2.0: what is not plain text
 * comes as base64; a function that throws is a 500.
 */
export async function httpApi(invoke: (event: object) => Promise<unknown>): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async (incoming, outgoing) => {
    const body = await bytesOf(incoming)
    const isText = String(incoming.headers['content-type'] ?? '').startsWith('text/')
    const event = {
      version: '2.0',
      routeKey: `${incoming.method} ${incoming.url}`,
      rawPath: incoming.url,
      headers: incoming.headers,
      requestContext: { http: { method: incoming.method, path: incoming.url } },
      isBase64Encoded: !isText,
      body: body.toString(isText ? 'utf8' : 'base64'),
    }
    const answer = await invoke(event).catch(() => ({ statusCode: 500 }))
    const { statusCode, body: text } = answer as { statusCode: number; body?: string }
    outgoing.writeHead(statusCode).end(text ?? '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      return new Promise((done) => server.close(() => done()))
    },
  }
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  return Buffer.concat(chunks)
}
