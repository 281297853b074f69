import { printable } from '../../domain/printable.ts'
import { isSecretForm, SECRET_LENGTH } from './secret-form.ts'

/** So much of a text is looked at before it is clipped, in characters. */
const LOOKED_AT = 4096

/**
 * A text of a party, such as the path of a file, as it may be handed on: without what is a secret by its form, without control characters, and clipped. Who
 * writes a file chooses its name, so a secret may stand there too.
 */
export function withoutSecrets(text: string, limit: number): string {
  const clipped = text.slice(0, LOOKED_AT)
  return printable(clipped.replace(/[A-Za-z0-9/+]{40,}/g, forgetIn), limit)
}

/** An address as it may be handed on; undefined where it is none by https, is too long, or has what may be a secret in it. */
export function safeUrl(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > 1024 || !URL.canParse(text)) return undefined
  const { protocol, username, password, href } = new URL(text)
  if (protocol !== 'https:' || username !== '' || password !== '' || href.length > 1024) return undefined
  return withoutSecrets(decoded(href), LOOKED_AT) === decoded(href) ? href : undefined
}

/** A run of the alphabet of secrets with `…` in place of every stretch that may be one. */
function forgetIn(run: string): string {
  const isForgotten = Array.from(run, () => false)
  for (let at = 0; at + SECRET_LENGTH <= run.length; at++)
    if (isSecretForm(run.slice(at, at + SECRET_LENGTH))) isForgotten.fill(true, at, at + SECRET_LENGTH)
  return Array.from(run, (character, at) => (isForgotten[at] ? (isForgotten[at - 1] ? '' : '…') : character)).join('')
}

/** What an address says, however often it is encoded: an address in an address has its parts encoded twice. Each turn makes it shorter. */
function decoded(href: string): string {
  let text = href
  for (;;) {
    const next = decodedOnce(text)
    if (next === text) return text
    text = next
  }
}

/** A secret is of ASCII, so no other character has to be decoded. */
function decodedOnce(text: string): string {
  return text.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
