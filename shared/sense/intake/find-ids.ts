import type { Meter } from './plain-codes.ts'
import { isIdCode, isWordCode, splitWord, textOfCodes } from './words.ts'

/** An id of a credential in a text, from `start` up to `end`. */
export interface IdSpan {
  readonly id: string
  readonly start: number
  readonly end: number
}

/** The lengths of ids: those that were issued have 20 characters, and AWS promises no more than that they have 16 at least. */
const [SHORTEST, ISSUED, LONGEST] = [16, 20, 32]
const A = 65
/** The second to the fourth character of the ids of a user's key, a session, a bearer token and a credential of a service. */
const KINDS = ['KIA', 'SIA', 'BIA', 'CCA'].map((kind) => [...kind].map((character) => character.charCodeAt(0)))

/**
 * The ids of credentials that stand in a text as words, in its order. One that markup splits is read with 20 characters only, so that nothing is added to an id that
 * is whole.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
 */
export function findIds(codes: Uint8Array, meter: Meter): IdSpan[] {
  const spans: IdSpan[] = []
  for (let at = codes.indexOf(A); at !== -1; at = codes.indexOf(A, at + 1)) {
    meter.steps += 1
    if (isWordCode(codes[at - 1]) || !KINDS.some((kind) => kind.every((code, index) => codes[at + 1 + index] === code))) continue
    const span = idAt(codes, at, meter)
    if (span === undefined) continue
    spans.push(span)
    at = span.end - 1
  }
  return spans
}

function idAt(codes: Uint8Array, start: number, meter: Meter): IdSpan | undefined {
  let end = start
  while (isIdCode(codes[end]) && end - start <= LONGEST) end += 1
  meter.steps += end - start
  const split = end - start < ISSUED ? splitWord(codes, start, { isPart: isIdCode, length: ISSUED }, meter) : undefined
  if (split !== undefined && !isWordCode(codes[split.end])) return { id: split.text, start, end: split.end }
  const isWhole = end - start >= SHORTEST && end - start <= LONGEST && !isWordCode(codes[end])
  return isWhole ? { id: textOfCodes(codes, start, end), start, end } : undefined
}
