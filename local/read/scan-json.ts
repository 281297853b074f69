/** The result of a scan where the value does not end inside the bytes. */
export const INCOMPLETE = 0

const SKIP = 1
const QUOTE = 2
const OPEN_OBJECT = 3
const OPEN_ARRAY = 4
const CLOSE_OBJECT = 5
const CLOSE_ARRAY = 6

/** The meaning of each byte outside a string. 0: JSON never has this byte there, so the input is damaged. */
const KIND = new Uint8Array(256)
for (const byte of Buffer.from(' \t\r\n:,0123456789+-.eEtrufalsn')) KIND[byte] = SKIP
for (const [character, kind] of [...'"{[}]'].entries()) KIND[kind.charCodeAt(0)] = QUOTE + character

/**
 * Finds the end of the JSON value that starts at `start`, by brackets and strings only.
 *
 * Returns the index after its last byte; `INCOMPLETE` (0) where `bytes` end first; `-index` of a byte that JSON does not allow
 * there. What it accepts may still be invalid JSON, but it is exactly one value, so a parser accepts all of it or nothing.
 * A number or a word has no closing byte: it ends with the bytes where they are the last ones (`isFinal`).
 */
export function scanElement(bytes: Buffer, start: number, isFinal: boolean): number {
  const byte = bytes[start]
  if (byte === 0x7b || byte === 0x5b) return scan(bytes, start)
  if (byte === 0x22) return scanString(bytes, start)
  let end = start
  while (isWordByte(bytes[end])) end++
  if (end === start) return -(start + 1)
  return end < bytes.length || isFinal ? end : INCOMPLETE
}

function scan(bytes: Buffer, start: number): number {
  const open: number[] = []
  const end = bytes.length
  for (let at = start; at < end; at++) {
    const kind = KIND[bytes[at] as number]
    if (kind === SKIP) continue
    if (kind === QUOTE) {
      at = scanString(bytes, at)
      if (at <= 0) return at
      at--
    } else if (kind === OPEN_OBJECT || kind === OPEN_ARRAY) {
      if (open.length > 0 && !mayOpen(bytes, at, open[open.length - 1] === CLOSE_ARRAY)) return -at
      open.push(kind + 2)
    } else if (kind === CLOSE_OBJECT || kind === CLOSE_ARRAY) {
      if (open.pop() !== kind) return -at
      if (open.length === 0) return at + 1
    } else return -at
  }
  return INCOMPLETE
}

/** Finds the end of a string. A raw control character inside it means that its closing quote is missing. */
function scanString(bytes: Buffer, start: number): number {
  const end = bytes.length
  for (let at = start + 1; at < end; at++) {
    let byte = bytes[at] as number
    if (byte === 0x22) return at + 1
    if (byte === 0x5c) {
      if (++at >= end) return INCOMPLETE
      byte = bytes[at] as number
    }
    if (byte < 0x20) return -at
  }
  return INCOMPLETE
}

/** Whether a bracket may open here: after a colon, or in an array after its bracket or a comma. Detects a record that was cut off. */
function mayOpen(bytes: Buffer, at: number, isInArray: boolean): boolean {
  let before = at - 1
  while (isBlank(bytes[before])) before--
  const byte = bytes[before]
  return isInArray ? byte === 0x2c || byte === 0x5b : byte === 0x3a
}

function isWordByte(byte: number | undefined): boolean {
  return byte !== undefined && /[-+.\w]/.test(String.fromCharCode(byte))
}

/** Whether a byte is white space in JSON. */
export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

const FIRST_KEY = /^\{\s*"([^"\\\n]*)"/

/** The most bytes that `firstKey` looks at. */
export const FIRST_KEY_WINDOW = 256

/** The first key of the object at `start`, as it is written; undefined where there is none within 256 bytes. */
export function firstKey(bytes: Buffer, start: number): string | undefined {
  return FIRST_KEY.exec(bytes.toString('latin1', start, start + FIRST_KEY_WINDOW))?.[1]
}

/** Parses the value between two indexes, or the elements of a list without its brackets; undefined where it is not valid JSON. */
export function parseJson(bytes: Buffer, start: number, end: number, isList = false): unknown {
  const text = bytes.toString('utf8', start, end)
  try {
    return JSON.parse(isList ? `[${text}]` : text)
  } catch {
    return undefined
  }
}
