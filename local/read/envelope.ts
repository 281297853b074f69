import { RECORD_KEYS } from './find-opening.ts'
import { INCOMPLETE, isBlank, parseJson, scanElement } from './scan-json.ts'
import { MAX_RECORD_BYTES } from './split-limits.ts'

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
export function isEnvelope(bytes: Buffer, start: number, { seen, isClosed }: { seen: number; isClosed: boolean }): boolean {
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

function keyAt(bytes: Buffer, at: number): string {
  return /^"([^"\\\n]*)"/.exec(bytes.toString('latin1', at, at + 64))?.[1] ?? ''
}
