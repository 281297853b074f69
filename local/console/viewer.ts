import { printable } from '../../shared/domain/printable.ts'

/** Who looks, by the header that a proxy sets; or why that is not known, without what the header says. */
export type Viewer = { readonly kind: 'known'; readonly name: string } | { readonly kind: 'unknown'; readonly why: string }

/** The longest name that counts, in characters: an address of e-mail has 254 at most. A token is longer. */
const LONGEST = 254

/**
 * Reads who looks from the raw headers of a request, name and value by turns.
 *
 * Only a header that is there once counts. A proxy that adds its own beside one of the browser's, or joins both by a comma, does not decide who looks. A name with
 * `_` in place of `-` counts as the same header, because some proxies take it for that.
 */
export function viewerIn(rawHeaders: readonly string[], header: string): Viewer {
  const values = valuesOf(rawHeaders, header)
  const [value = ''] = values
  const said = decoded(value)
  const name = printable(said.trim(), LONGEST + 1)
  if (values.length === 0) return unknown(`the proxy says nobody: the header ${header} is missing`)
  if (values.length > 1)
    return unknown(`the header ${header} is there ${values.length} times: the proxy has to replace what a browser sends`)
  if (name === '') return unknown(`the header ${header} is empty`)
  if (name.includes(',')) return unknown(`the header ${header} has a comma, by which proxies join two headers`)
  if (name.length > LONGEST || isToken(said)) return unknown(`the header ${header} holds a token and no name`)
  return { kind: 'known', name }
}

/** Every value of a header, in the order of the request. */
export function valuesOf(rawHeaders: readonly string[], header: string): readonly string[] {
  const wanted = plain(header)
  return rawHeaders.filter((_, at) => at % 2 === 1 && plain(rawHeaders[at - 1] ?? '') === wanted)
}

function plain(header: string): string {
  return header.toLowerCase().replaceAll('_', '-')
}

/** Node reads header bytes as Latin-1; names are UTF-8 nearly everywhere. */
function decoded(value: string): string {
  const text = Buffer.from(value, 'latin1').toString('utf8')
  return text.includes('\ufffd') ? value : text
}

/** What tokens of their own form begin with: of GitHub and of Slack. */
const PREFIXED = /^(?:gh[a-z]_|github_pat_|xox[a-z]-|xapp-)/i

/** A JSON Web Token, signed or encrypted: its header is an object in Base64, and the part behind it may be empty. */
const WEB_TOKEN = /^eyJ[\w-]*\./

/** The schemes of an `Authorization`, before a space of any kind, a colon, `=` or a sign in percents. */
const SCHEME =
  /^(?:api-?key|aws4-hmac-sha256|basic|bearer|digest|dpop|gnap|hoba|negotiate|ntlm|private-?token|token|vapid)[\s\p{Cc}\p{Cf}:=%]/iu

/**
 * True for a token, and for an `Authorization` of whatever kind: who can read the page or the log must not get it. It is looked for in the value as it was sent, behind
 * quotes, spaces and signs that nobody sees.
 */
function isToken(said: string): boolean {
  const bare = said.replace(/^[\s\p{Cc}\p{Cf}\p{Ps}\p{Pi}"'`<]+/u, '')
  return WEB_TOKEN.test(bare) || SCHEME.test(bare) || PREFIXED.test(bare)
}

function unknown(why: string): Viewer {
  return { kind: 'unknown', why }
}
