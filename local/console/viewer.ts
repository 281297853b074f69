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
  const name = printable(decoded(value).trim(), LONGEST + 1)
  if (values.length === 0) return unknown(`the proxy says nobody: the header ${header} is missing`)
  if (values.length > 1)
    return unknown(`the header ${header} is there ${values.length} times: the proxy has to replace what a browser sends`)
  if (name === '') return unknown(`the header ${header} is empty`)
  if (name.includes(',')) return unknown(`the header ${header} has a comma, by which proxies join two headers`)
  if (name.length > LONGEST || isToken(name)) return unknown(`the header ${header} holds a token and no name`)
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

/** True for a JSON Web Token, and for an `Authorization` of whatever kind: who can read the page or the log must not get it. */
function isToken(name: string): boolean {
  return /^eyJ[\w-]*\.[\w-]+/.test(name) || /^(?:bearer|basic|digest|negotiate) /i.test(name)
}

function unknown(why: string): Viewer {
  return { kind: 'unknown', why }
}
