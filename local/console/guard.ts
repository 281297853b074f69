import { createHash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'

/** What a request to the console has to prove. */
export interface Lock {
  /** 256 random bits, the first part of every path. */
  readonly token: string
  /** Host and port that the console listens on, such as `127.0.0.1:49152`. */
  readonly authority: string
}

/**
 * Refuses every request but those of a browser that was given the address.
 *
 * There is no cookie. The token in the path is the only authority, so a request that another site makes a browser send does not have it, and
 * the browser never sends it to another port of this machine (docs/decisions/0014-console-token-in-the-path.md). In addition, the host must be
 * the console's own, which stops DNS rebinding, and a request that changes something must come from the console's own pages.
 */
export function guard({ token, authority }: Lock): MiddlewareHandler {
  const expected = digest(token)
  const origin = `http://${authority}`
  return async (context, next) => {
    const { method, path, header } = {
      method: context.req.method,
      path: context.req.path,
      header: (name: string) => context.req.header(name),
    }
    if (header('host') !== authority) return context.text(`countersign: open the address that the terminal shows, at ${authority}\n`, 403)
    const [, given = ''] = path.split('/')
    if (!timingSafeEqual(digest(given), expected))
      return context.text('countersign: not found; open the address that the terminal shows\n', 404)
    const site = header('sec-fetch-site') ?? 'none'
    if (site !== 'none' && site !== 'same-origin') return context.text('countersign: refused, this came from another site\n', 403)
    const isReading = method === 'GET' || method === 'HEAD'
    if (!isReading && header('origin') !== origin) return context.text('countersign: refused, this came from another site\n', 403)
    return next()
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
