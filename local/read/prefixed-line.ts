import { parseJson, scanElement } from './scan-json.ts'

/** What may stand on a line before an object, such as a time, a host, or columns of the AWS CLI's text, and behind it. */
const BEFORE = /^[^"{}[\]]*\s$/
const BEHIND = /^[^"{}[\]]*$/

/** The most bytes that may stand there. */
const MAX_BESIDE_BYTES = 4096

/** Lines without JSON in what the AWS CLI prints as text or as a table. */
const CLI_LINE = /^(?:EVENTS|RESOURCES|NEXTTOKEN)\t|^[|+-]/

/** An object between two indexes, and the index from which reading goes on. `value` is undefined for a line that holds none and needs none. */
interface Prefixed {
  readonly value?: unknown
  readonly start: number
  readonly end: number
  readonly next: number
}

/** Finds the object that follows other text on the line that ends at `lineEnd`; undefined where the line is neither that nor one of the AWS CLI's. */
export function afterPrefix(bytes: Buffer, at: number, lineEnd: number): Prefixed | undefined {
  const brace = bytes.subarray(at, Math.min(lineEnd, at + MAX_BESIDE_BYTES)).indexOf(0x7b)
  if (brace < 0) return CLI_LINE.test(bytes.toString('latin1', at, at + 16)) ? { start: at, end: at, next: lineEnd } : undefined
  const start = at + brace
  const end = BEFORE.test(bytes.toString('latin1', at, start)) ? scanElement(bytes, start, false) : 0
  const value = end > 0 && end <= lineEnd ? parseJson(bytes, start, end) : undefined
  if (value === undefined) return undefined
  const isLast = lineEnd - end <= MAX_BESIDE_BYTES && BEHIND.test(bytes.toString('latin1', end, lineEnd))
  return { value, start, end, next: isLast ? lineEnd : end }
}
