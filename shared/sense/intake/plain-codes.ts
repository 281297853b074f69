/** Counts the characters that a function looks at, so that a test can hold that they grow with the length of the text and no faster. */
export interface Meter {
  steps: number
}

/** What stands for a character that nobody sees, and for a colour of a terminal: it ends a word, and it may stand inside of one. */
export const INVISIBLE = 1
/** What stands for any other character beyond ASCII. */
const BEYOND_ASCII = 0x80

const [ESCAPE, PERCENT, AMPERSAND, BACKSLASH] = [0x1b, 37, 38, 92]

/** Zero-width characters, the soft hyphen and the byte order mark. */
const UNSEEN: ReadonlySet<number> = new Set([0xad, 0x200b, 0x200c, 0x200d, 0x2060, 0xfeff])

/** JSON's escapes of one letter, and those of other languages that stand in logs. */
const LETTERS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, f: 12, v: 11, '0': 0, a: 7, e: ESCAPE }
const QUOTED = '"\'/`'

/** The names of entities in HTML that may stand beside an id or in a secret. */
const ENTITIES: readonly (readonly [string, number])[] = Object.entries({
  quot: 34,
  apos: 39,
  amp: 38,
  lt: 60,
  gt: 62,
  nbsp: 32,
  sol: 47,
  plus: 43,
  equals: 61,
}).map(([name, code]) => [`${name};`, code])

/** The longest colour of a terminal that is passed over, in characters. */
const COLOUR_LIMIT = 24

/**
 * A text as ASCII codes, a byte each, with its escapes resolved: those of JSON (and of JSON in JSON), of addresses (`%2F`), and of HTML (`&#x2F;`). A character
 * beyond ASCII is one code that belongs to no word. The result is never longer than the text.
 */
export function plainCodes(text: string, meter: Meter): Uint8Array {
  const codes = new Uint8Array(text.length)
  let length = 0
  for (let at = 0; at < text.length; length += 1) {
    const code = text.charCodeAt(at)
    meter.steps += 1
    if (code > ESCAPE && code <= 0x7f && code !== BACKSLASH && code !== PERCENT && code !== AMPERSAND) {
      codes[length] = code
      at += 1
      continue
    }
    const [found, next] = escapeAt(text, at, code, meter) ?? [code, at + 1]
    const colour = found === ESCAPE ? afterColour(text, next, meter) : undefined
    codes[length] = colour !== undefined || UNSEEN.has(found) ? INVISIBLE : found > 0x7f ? BEYOND_ASCII : found
    at = colour ?? next
  }
  return codes.subarray(0, length)
}

/** A code that an escape stands for, and where the text goes on. */
type Read = readonly [code: number, next: number]

function escapeAt(text: string, at: number, code: number, meter: Meter): Read | undefined {
  if (code === BACKSLASH) return backslash(text, at, meter)
  if (code === PERCENT) return percent(text, at)
  return code === AMPERSAND ? entity(text, at) : undefined
}

/** JSON in JSON doubles its backslashes, so a run of them counts as one. */
function backslash(text: string, at: number, meter: Meter): Read {
  let next = at + 1
  while (text.charCodeAt(next) === BACKSLASH) next += 1
  meter.steps += next - at
  const letter = text.charAt(next)
  if (letter !== '' && QUOTED.includes(letter)) return [letter.charCodeAt(0), next + 1]
  if (letter === 'u' || letter === 'x') {
    const digits = letter === 'u' ? 4 : 2
    const code = hexAt(text, next + 1, digits)
    if (code !== undefined) return [code, next + 1 + digits]
  }
  const code = LETTERS[letter]
  return code === undefined ? [BACKSLASH, next] : [code, next + 1]
}

/** `%AB` and `%AC` before the rest of an id are its beginning: a percent sign stands around patterns too. */
function percent(text: string, at: number): Read | undefined {
  if (text.startsWith('ABIA', at + 1) || text.startsWith('ACCA', at + 1)) return undefined
  const code = hexAt(text, at + 1, 2)
  return code === undefined ? undefined : [code, at + 3]
}

function entity(text: string, at: number): Read | undefined {
  if (text.charAt(at + 1) === '#') {
    const isHex = text.charAt(at + 2).toLowerCase() === 'x'
    const start = at + (isHex ? 3 : 2)
    const end = text.slice(start, start + 8).indexOf(';')
    const digits = text.slice(start, start + Math.max(0, end))
    if (!(isHex ? /^[0-9a-f]+$/i : /^\d+$/).test(digits)) return undefined
    return [Math.min(Number.parseInt(digits, isHex ? 16 : 10), 0xffff), start + end + 1]
  }
  const [name, code] = ENTITIES.find(([one]) => text.startsWith(one, at + 1)) ?? []
  return name === undefined || code === undefined ? undefined : [code, at + 1 + name.length]
}

/** Where the text goes on after `[31;1m` behind an escape character; undefined where no colour stands there. */
function afterColour(text: string, at: number, meter: Meter): number | undefined {
  if (text.charAt(at) !== '[') return undefined
  for (let end = at + 1; end < at + COLOUR_LIMIT; end++) {
    meter.steps += 1
    const code = text.charCodeAt(end)
    if ((code >= 65 && code <= 90) || (code >= 97 && code <= 122)) return end + 1
    // Digits, and what stands between them.
    if (!(code >= 0x30 && code <= 0x3f)) return undefined
  }
  return undefined
}

function hexAt(text: string, at: number, digits: number): number | undefined {
  const hex = text.slice(at, at + digits)
  return hex.length === digits && /^[0-9a-f]+$/i.test(hex) ? Number.parseInt(hex, 16) : undefined
}
