import type { LeakedKey } from './leaked-keys.ts'

/** A part of a secret of this length gives it away: twelve of its forty characters. */
const PART = 12

/** The forms in which a secret may stand somewhere, by what writes it so. Base64 has three alignments, of which each writes most of the secret in its own way. */
const FORMS: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => secret.toLowerCase(),
  (secret) => [...secret].toReversed().join(''),
  (secret) => encodeURIComponent(secret),
  (secret) => Buffer.from(secret).toString('hex'),
  (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
  ...[0, 1, 2].map((shift) => (secret: string) => Buffer.from(secret.slice(shift)).toString('base64').replace(/=+$/, '').slice(0, -2)),
  (secret) => Buffer.from(secret, 'base64').toString('hex'),
]

/** Searches texts for any part of any secret in any of the forms. */
export function leakSearch(keys: readonly LeakedKey[]): { find(text: string): readonly string[] } {
  const parts = new Map<string, string>()
  for (const { id, secret } of keys)
    for (const [form, write] of FORMS.entries()) {
      const written = write(secret)
      for (let at = 0; at + PART <= written.length; at++) parts.set(written.slice(at, at + PART), `${id} in form ${form}`)
    }
  return {
    find(text) {
      const found = new Set<string>()
      for (let at = 0; at + PART <= text.length; at++) {
        const whose = parts.get(text.slice(at, at + PART))
        if (whose !== undefined) found.add(whose)
      }
      return [...found]
    },
  }
}
