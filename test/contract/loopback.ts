import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface WireRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** An answer, or `hang`: none at all; or `stall`: half of one. */
export type WireAnswer = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string } | 'hang' | 'stall'

export interface Loopback {
  readonly url: string
  readonly requests: readonly WireRequest[]
  /** What an SDK client needs to talk to this server. */
  readonly options: { region: string; endpoint: string; credentials: { accessKeyId: string; secretAccessKey: string } }
  close(): Promise<void>
}

/** An HTTP server on loopback that answers as it is told, and keeps what it was asked. */
export async function loopback(answer: (request: WireRequest) => WireAnswer | Promise<WireAnswer>): Promise<Loopback> {
  const requests: WireRequest[] = []
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const request = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
    }
    requests.push(request)
    const given = await answer(request)
    if (given === 'hang') return
    if (given === 'stall') {
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      outgoing.write('{"output":')
      return
    }
    outgoing.writeHead(given.status ?? 200, given.headers ?? {})
    outgoing.end(given.body ?? '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    requests,
    options: optionsFor(url),
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Options of an SDK client for an endpoint that checks no credentials. */
export function optionsFor(endpoint: string): Loopback['options'] {
  return { region: 'us-east-1', endpoint, credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'none' } }
}

/** An answer of the AWS JSON protocols. */
export function json(body: unknown, status = 200): WireAnswer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(body) }
}

/** What SNS answers to Publish. */
export const PUBLISHED: WireAnswer = {
  headers: { 'content-type': 'text/xml' },
  body: '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
}
