import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { ResponderError } from '../../shared/errors.ts'
import { type ConsoleParts, consoleApp } from './app.ts'

/** A console that is being served. */
export interface ServedConsole {
  /** The address with its token: whoever has it can give verdicts in the caller's name. */
  readonly url: string
  close(): Promise<void>
}

/** Serves the console on loopback until it is closed. `port` 0 takes a free one. */
export async function serveConsole(
  parts: Pick<ConsoleParts, 'target' | 'geoIp' | 'clock'>,
  { port }: { port: number },
): Promise<ServedConsole> {
  const server = createServer()
  const taken = await listen(server, port)
  const lock = { token: randomBytes(32).toString('base64url'), authority: `127.0.0.1:${taken}` }
  server.on('request', getRequestListener(consoleApp({ ...parts, ...lock }).fetch, { overrideGlobalObjects: false }))
  const url = `http://${lock.authority}/${lock.token}/`
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

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new ResponderError('usage', `cannot serve on 127.0.0.1:${port}: ${cause.code ?? cause.message}; --port 0 takes a free one`, {
          cause,
        }),
      ),
    )
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}
