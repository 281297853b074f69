import { RECORD_KEYS } from './find-opening.ts'
import { FIRST_KEY_WINDOW, INCOMPLETE, isBlank, parseJson, scanElement } from './scan-json.ts'
import { MAX_OPEN_DEPTH, MAX_RECORD_BYTES } from './split-limits.ts'

/** The brackets that close a list and an object. */
export const CLOSE_ARRAY = 0x5d
export const CLOSE_OBJECT = 0x7d

/** The lists that were opened, and the objects around them, from the outermost. */
export class Envelopes {
  readonly #closing: number[] = []

  /** The bracket that closes the innermost; undefined outside of all. */
  get closing(): number | undefined {
    return this.#closing.at(-1)
  }

  /** Opens what begins as a list of records, without looking for its end. Returns the index of what is in it; 0 where it is none. */
  enterList(bytes: Buffer, start: number): number {
    const length = listLength(bytes, start)
    if (length > 0) this.#closing.push(...(bytes[start] === 0x7b ? [CLOSE_OBJECT, CLOSE_ARRAY] : [CLOSE_ARRAY]))
    return length > 0 ? start + length : 0
  }

  /** Opens a list, or an object around records, that is too large or damaged. Returns as `enterList` does; 0 where it has to be a whole value. */
  enter(bytes: Buffer, start: number, extent: Extent): number {
    const isArray = bytes[start] === 0x5b
    if (this.#closing.length >= MAX_OPEN_DEPTH || !(isArray || isEnvelope(bytes, start, extent))) return 0
    this.#closing.push(isArray ? CLOSE_ARRAY : CLOSE_OBJECT)
    return start + 1
  }

  leave(): void {
    this.#closing.pop()
  }

  leaveAll(): void {
    this.#closing.length = 0
  }
}

/** How far a value was scanned, and whether its end was found there. */
interface Extent {
  readonly seen: number
  readonly isClosed: boolean
}

/** The index of the value of the member whose key starts at `at`; `INCOMPLETE` where the bytes end before it, and less where there is none. */
export function memberValue(bytes: Buffer, at: number): number {
  let next = scanElement(bytes, at, false)
  if (next <= 0) return next
  while (isBlank(bytes[next])) next++
  if (next < bytes.length && bytes[next] !== 0x3a) return -next
  next++
  while (isBlank(bytes[next])) next++
  return next < bytes.length ? next : INCOMPLETE
}

/**
 * True where an object is no record, and a list or an object in it holds what is too large or damaged; also where the object is not closed (`isClosed`) behind such a
 * member.
 */
function isEnvelope(bytes: Buffer, start: number, { seen, isClosed }: Extent): boolean {
  let hasContainer = false
  for (let at = start + 1; bytes[start] === 0x7b && at < seen; ) {
    while (isBlank(bytes[at]) || bytes[at] === 0x2c) at++
    const value = bytes[at] === 0x22 ? memberValue(bytes, at) : INCOMPLETE
    if (value <= INCOMPLETE) break
    if (RECORD_KEYS.has(keyAt(bytes, at))) return false
    const end = scanElement(bytes, value, false)
    const isContainer = bytes[value] === 0x5b || bytes[value] === 0x7b
    if (end <= INCOMPLETE || (isContainer && (end > start + MAX_RECORD_BYTES || parseJson(bytes, value, end) === undefined)))
      return isContainer
    hasContainer ||= isContainer
    at = end
  }
  return hasContainer && !isClosed
}

const LIST = /^(?:\{\s*"(?:Records|Events)"\s*:\s*)?\[\s*(?=\{\s*"(\w+)")/

/** The length of `[`, `{"Records":[` or `{"Events":[` where a record follows; 0 where none does. */
function listLength(bytes: Buffer, start: number): number {
  const [text = '', key = ''] = LIST.exec(bytes.toString('latin1', start, start + FIRST_KEY_WINDOW)) ?? []
  return RECORD_KEYS.has(key) ? text.length : 0
}

function keyAt(bytes: Buffer, at: number): string {
  return /^"([^"\\\n]*)"/.exec(bytes.toString('latin1', at, at + 64))?.[1] ?? ''
}
