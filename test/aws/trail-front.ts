import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A call that went through the front, as CloudTrail would tell of it. */
export interface TrailedCall {
  readonly accessKeyId: string
  readonly service: string
  readonly eventName: string
  readonly isRefused: boolean
}

/** A server before all of moto that tells of each call which is signed with a long-lived key, once moto has answered it: what CloudTrail does, which moto has not. */
export async function startTrailFront(moto: string, tell: (call: TrailedCall) => Promise<void>): Promise<{ url: string; server: Server }> {
  const { hostname, port } = new URL(moto)
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const body = Buffer.concat(chunks)
      // The host stays the one that was signed.
      const forward = request(
        { hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers },
        async (answer) => {
          const call = callOf(incoming.headers, body.toString(), answer.statusCode ?? 502)
          if (call !== undefined) await tell(call)
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
          answer.pipe(outgoing)
        },
      )
      forward.on('error', () => outgoing.writeHead(502).end())
      forward.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

/** Reads the key and the service from the signature, and the operation from the form, the target or, of S3, from there being neither. */
function callOf(headers: IncomingHttpHeaders, body: string, status: number): TrailedCall | undefined {
  const [, accessKeyId, service] = /Credential=(AKIA\w+)\/\d+\/[\w-]+\/([\w-]+)\//.exec(headers.authorization ?? '') ?? []
  if (accessKeyId === undefined || service === undefined) return undefined
  const target = String(headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1)
  const eventName = target || new URLSearchParams(body).get('Action') || (service === 's3' ? 'ListBuckets' : '')
  return { accessKeyId, service, eventName, isRefused: status === 403 || status === 400 }
}
