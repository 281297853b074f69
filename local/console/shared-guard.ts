import type { IncomingMessage } from 'node:http'
import type { Context, MiddlewareHandler } from 'hono'
import { tryGetContext } from 'hono/context-storage'
import { printable } from '../../shared/domain/printable.ts'
import type { Log } from '../../shared/ports/runtime.ts'
import type { Proxies } from './proxies.ts'
import { valuesOf, viewerIn } from './viewer.ts'

/** How a console is shared: read-only, behind proxies that say who looks (docs/decisions/0068-shared-console.md). */
export interface Share {
  /** The header by which a proxy says who looks. */
  readonly identityHeader: string
  /** Whose requests are read, and nobody else's. */
  readonly proxies: Proxies
  /** The address by which people reach the proxy, such as `https://console.example.com`. */
  readonly origin: string
  /** Told who looked at which page, and which request was refused and why. */
  readonly log: Log
}

/** What the guard reads of a request: as the socket has it, not as headers retell it. */
export interface SharedBindings {
  readonly incoming: Pick<IncomingMessage, 'rawHeaders'> & { readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'> }
}

type Shared = { Bindings: SharedBindings; Variables: { viewer: string } }

/** What every page loads, or asks every five seconds: nobody looked at anything by it. */
const UNLOGGED: ReadonlySet<string> = new Set(['/style.css', '/pulse.js', '/pulse'])

/**
 * Refuses every request but those that read, come from a proxy and say by its header who looks.
 *
 * The address is that of the connection: headers such as `X-Forwarded-For` count for nothing. The host has to be the public one, so a name that was made to resolve to
 * this machine reads nothing. Links of other sites, such as Slack, lead to the open incidents and to one incident, and not to what reads a whole table.
 */
export function sharedGuard({ identityHeader, proxies, origin, log }: Share): MiddlewareHandler {
  const { host } = new URL(origin)
  return async (context: Context, next) => {
    const { incoming } = (context as Context<Shared>).env
    const peer = incoming.socket.remoteAddress ?? ''
    const path = printable(context.req.path, 300)
    const refuse = (why: string, status: 403 | 405 = 403) => {
      log.warn('console.refused', { peer, path, status, why })
      return context.text(`countersign: refused: ${why}\n`, status)
    }
    if (!proxies.has(peer)) return refuse('this address is none of the proxies that --proxy names')
    const hosts = valuesOf(incoming.rawHeaders, 'host')
    if (hosts.length !== 1 || hosts[0]?.toLowerCase() !== host) return refuse(`the host is not ${host}, which --origin names`)
    const viewer = viewerIn(incoming.rawHeaders, identityHeader)
    if (viewer.kind === 'unknown') return refuse(viewer.why)
    if (!isFromHere(context)) return refuse('this came from another site: open the console first, and look from there')
    const { method } = context.req
    if (method !== 'GET' && method !== 'HEAD') {
      context.header('Allow', 'GET, HEAD')
      return refuse(
        'this console is shared and read-only; verdicts are given in Slack, by the command line, or in a console of your own',
        405,
      )
    }
    context.set('viewer', viewer.name)
    await next()
    if (!UNLOGGED.has(context.req.path)) log.info('console.viewed', { who: viewer.name, path, status: context.res.status })
  }
}

/** Who looks at the page that is being made; undefined where the console is not shared. */
export function viewerNow(): string | undefined {
  return tryGetContext<Shared>()?.var.viewer
}

/** True for what the console's own pages ask, what somebody typed, and for a link of another site that leads to a page of few reads. */
function isFromHere({ req }: Context): boolean {
  const site = req.header('sec-fetch-site') ?? 'none'
  if (site === 'none' || site === 'same-origin') return true
  const isLink = req.header('sec-fetch-mode') === 'navigate' && req.header('sec-fetch-dest') === 'document'
  const isCheap = /^\/incidents\/[^/]+$/.test(req.path) || (req.path === '/' && req.query('all') === undefined)
  return isLink && isCheap
}
