import type { Meter } from './plain-codes.ts'
import { afterMarkup } from './skip-markup.ts'

const [ID, WORD, SECRET] = [1, 2, 4]

/** What each code is a part of. Looking it up is several times as fast as comparing, and most of the time goes into it. */
const PART_OF = new Uint8Array(256)
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code)
  const word = /[A-Za-z0-9]/.test(character) ? WORD : 0
  PART_OF[code] = word | (/[A-Z0-9]/.test(character) ? ID : 0) | (/[A-Za-z0-9+/]/.test(character) ? SECRET : 0)
}

const isPartOf = (code: number | undefined, kind: number) => code !== undefined && ((PART_OF[code] ?? 0) & kind) !== 0

/** True for a letter or a digit. Past either end of the text there is none. */
export const isWordCode = (code: number | undefined) => isPartOf(code, WORD)
/** True for what an id of a credential is made of: `A` to `Z` and digits. */
export const isIdCode = (code: number | undefined) => isPartOf(code, ID)
/** True for what a secret is made of: base64 without its padding. */
export const isSecretCode = (code: number | undefined) => isPartOf(code, SECRET)

/** The most pieces that markup makes of a word. */
const PIECES = 5

/** What a word is made of, and how many characters it has. */
interface WordForm {
  readonly isPart: (code: number | undefined) => boolean
  readonly length: number
}

/** A word of the given length from `at` on that markup splits: its text, made anew, and where it ends. Undefined where it is shorter or longer. */
export function splitWord(
  codes: Uint8Array,
  at: number,
  { isPart, length }: WordForm,
  meter: Meter,
): { text: string; end: number } | undefined {
  const parts: number[] = []
  let end = at
  for (let piece = 0; piece < PIECES; piece++) {
    while (isPart(codes[end]) && parts.length <= length) {
      parts.push(codes[end] ?? 0)
      end += 1
      meter.steps += 1
    }
    if (parts.length === length) return { text: String.fromCharCode(...parts), end }
    const next = parts.length < length ? afterMarkup(codes, end, meter) : end
    if (next === end) return undefined
    end = next
  }
  return undefined
}

/** The characters from `start` up to `end` as a text of its own, which does not keep the text around it in memory. */
export function textOfCodes(codes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...codes.subarray(start, end))
}
