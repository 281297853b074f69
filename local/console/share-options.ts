import { isIP } from 'node:net'
import { ResponderError } from '../../shared/errors.ts'
import { type Proxies, proxiesIn } from './proxies.ts'

/** The options of the command line by which a console is shared. */
export interface ShareOptions {
  readonly host?: string
  readonly port?: number
  readonly identityHeader?: string
  readonly proxy?: string
  readonly origin?: string
}

/** Where a shared console listens, for whom, and who says who looks. */
export interface Sharing {
  readonly host: string
  readonly port: number
  readonly identityHeader: string
  readonly proxies: Proxies
  readonly origin: string
}

const LOOPBACK = '127.0.0.1'

/** Headers that browsers send of their own, or in which something else stands than who looks. */
const NO_IDENTITY =
  /^(?:accept(?:-.*)?|authorization|connection|content-.*|cookie|date|dnt|forwarded|from|host|if-.*|origin|proxy-.*|referer|sec-.*|te|trailer|transfer-encoding|upgrade(?:-.*)?|user-agent|via|x-amzn-oidc-(?:data|accesstoken)|x-amzn-trace-id|x-forwarded-(?:for|host|port|proto|access-token|uri)|x-real-ip|(?:.*-)?(?:access|auth|bearer|csrf|id|jwt|refresh|session)-?token|(?:.*-)?(?:api-?key|authorization|jwt|jwt-assertion))$/

/**
 * How a console is shared by the options of the command line; undefined where it is not, and only whoever has the address of this machine reads it.
 *
 * Nothing is taken for granted of a network: a console that is not shared listens on 127.0.0.1, and one that is shared names who says who looks, from where, and under
 * which address.
 */
export function sharingBy({ host = LOOPBACK, port = 0, identityHeader, proxy, origin }: ShareOptions): Sharing | undefined {
  const isShared = identityHeader !== undefined || proxy !== undefined || origin !== undefined
  if (!isShared && host === LOOPBACK) return undefined
  if (isIP(host) === 0 || host.includes('%'))
    throw usage(`--host must be an address of this machine, such as 127.0.0.1 or 10.0.1.5, got "${host}"`)
  if (identityHeader === undefined)
    throw usage(
      `without --identity-header nobody says who looks, so the console is served on ${LOOPBACK} alone${host === LOOPBACK ? '' : `, got --host ${host}`}; to share it, name --identity-header, --proxy, --origin and --port`,
    )
  if (proxy === undefined)
    throw usage('name the addresses of your proxies by --proxy: whoever else sends the identity header could be anybody')
  if (origin === undefined)
    throw usage('name the address by which people reach your proxy by --origin, such as https://console.example.com')
  if (port === 0) throw usage('name the port by --port: your proxy has to know it')
  return { host, port, identityHeader: headerOf(identityHeader), proxies: proxiesIn(proxy), origin: originOf(origin) }
}

function headerOf(name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9-]{0,63}$/.test(name))
    throw usage(`--identity-header must be the name of a header, such as X-Forwarded-User, got "${name}"`)
  if (NO_IDENTITY.test(name.toLowerCase()))
    throw usage(
      `--identity-header must be a header that your proxy sets and in which a name stands, such as X-Forwarded-User or X-Amzn-Oidc-Identity: ${name} is none`,
    )
  return name
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOrigin =
    url !== undefined && url.protocol === 'https:' && (url.href === text || url.origin === text) && url.href === `${url.origin}/`
  if (!isOrigin)
    throw usage(`--origin must be https:// and a host in small letters, without a path, such as https://console.example.com, got "${text}"`)
  return url.origin
}

function usage(message: string): ResponderError {
  return new ResponderError('usage', message)
}
