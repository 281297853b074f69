import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { ResponderError } from '../../shared/errors.ts'
import { type Access, type ConsoleParts, consoleApp } from './app.ts'
import type { Share } from './shared-guard.ts'

/** A console that is being served. */
export interface ServedConsole {
  /** The address with its token: whoever has it can give verdicts in the caller's name. Of a shared console that of its proxy. */
  readonly url: string
  close(): Promise<void>
}

/** Serves the console on loopback until it is closed. `port` 0 takes a free one. */
export async function serveConsole(parts: ConsoleParts, { port }: { port: number }): Promise<ServedConsole> {
  const server = createServer()
  const taken = await listen(server, { host: '127.0.0.1', port })
  const lock = { token: randomBytes(32).toString('base64url'), authority: `127.0.0.1:${taken}` }
  return serving(server, { parts, access: lock, url: `http://${lock.authority}/${lock.token}/` })
}

/** Serves a shared console until it is closed: read-only, to proxies alone. */
export async function serveShared(parts: ConsoleParts, share: Share, at: { host: string; port: number }): Promise<ServedConsole> {
  const server = createServer()
  await listen(server, at)
  return serving(server, { parts, access: { share }, url: `${share.origin}/` })
}

function serving(server: Server, { parts, access, url }: { parts: ConsoleParts; access: Access; url: string }): ServedConsole {
  server.on('request', getRequestListener(consoleApp({ ...parts, ...access }).fetch, { overrideGlobalObjects: false }))
  parts.target.announce?.(url)
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new ResponderError('usage', `cannot serve on ${host}:${port}: ${cause.code ?? cause.message}; ${hintFor(cause, host)}`, { cause }),
      ),
    )
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

function hintFor({ code }: NodeJS.ErrnoException, host: string): string {
  return code === 'EADDRNOTAVAIL' ? `${host} is no address of this machine` : '--port 0 takes a free one'
}
