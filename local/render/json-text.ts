/** Signs that a terminal may act on and JSON may hold as they are: control characters of C1, bidirectional, zero-width and other invisible ones. */
const UNSEEN = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu

/** A value as JSON that is safe to print, whoever chose the texts in it: what a terminal may act on is escaped, so that it is read as the same value. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(UNSEEN, escaped)
}

function escaped(sign: string): string {
  return Array.from({ length: sign.length }, (_, at) => `\\u${sign.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
}
