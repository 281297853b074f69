import type { IdSpan } from './find-ids.ts'
import type { Meter } from './plain-codes.ts'
import { isSecretForm, SECRET_LENGTH } from './secret-form.ts'
import { isSecretCode, splitWord, textOfCodes } from './words.ts'

/** Where a secret stands, from `start` up to `end`. Its text is not kept. */
export interface SecretSpan {
  readonly start: number
  readonly end: number
  /** The word `secret` stands before it. */
  readonly isNamed: boolean
}

/** The least that the first piece of a split secret has, in characters: short words before markup are in every document. */
const FIRST_PIECE = 8
/** How far before a secret its name is looked for, in characters: `aws_secret_access_key = "`, a tag, a column. */
const NAME_REACH = 64
const NAME = /secret/i

const [PLUS, SLASH, EQUALS] = [43, 47, 61]

/** Where a text has what is the secret of an access key by its form, in the order of the text. Ids are no part of one. */
export function findSecrets(codes: Uint8Array, ids: readonly IdSpan[], meter: Meter): SecretSpan[] {
  const spans: SecretSpan[] = []
  let nextId = 0
  for (let at = 0; at < codes.length; ) {
    meter.steps += 1
    const id = ids[nextId]
    if (id?.start === at) {
      nextId += 1
      // In `id/secret` the slash is a part of neither.
      at = isSeparator(codes[id.end]) ? id.end + 1 : id.end
    } else if (isSecretCode(codes[at])) {
      const end = endOfRun(codes, at, id?.start, meter)
      const secretEnd = secretAt(codes, at, end, meter)
      // Pieces that go on past an id are no one word.
      const isSecret = secretEnd !== undefined && secretEnd <= (id?.start ?? codes.length)
      if (isSecret) spans.push({ start: at, end: secretEnd, isNamed: isNamed(codes, at, meter) })
      at = isSecret ? secretEnd : end
    } else {
      at = endOfGap(codes, at, meter)
    }
  }
  return spans
}

function endOfGap(codes: Uint8Array, start: number, meter: Meter): number {
  let end = start + 1
  while (end < codes.length && !isSecretCode(codes[end])) end += 1
  meter.steps += end - start
  return end
}

const isSeparator = (code: number | undefined) => code === SLASH || code === PLUS

function endOfRun(codes: Uint8Array, start: number, idStart: number | undefined, meter: Meter): number {
  let end = start
  while (end !== idStart && isSecretCode(codes[end])) end += 1
  meter.steps += end - start
  // In `secret/id` too.
  return end === idStart && end - start > 1 && isSeparator(codes[end - 1]) ? end - 1 : end
}

/** Where the secret ends that begins at `start`, in a run of its characters up to `end`; undefined where it is none. */
function secretAt(codes: Uint8Array, start: number, end: number, meter: Meter): number | undefined {
  if (end - start < FIRST_PIECE || end - start > SECRET_LENGTH) return undefined
  let whole = end
  while (whole - start < SECRET_LENGTH && codes[whole] === EQUALS) whole += 1
  if (whole - start === SECRET_LENGTH) {
    meter.steps += SECRET_LENGTH
    return isSecretForm(textOfCodes(codes, start, whole)) ? whole : undefined
  }
  const split = splitWord(codes, start, { isPart: isSecretCode, length: SECRET_LENGTH }, meter)
  return split !== undefined && isSecretForm(split.text) ? split.end : undefined
}

function isNamed(codes: Uint8Array, start: number, meter: Meter): boolean {
  const from = Math.max(0, start - NAME_REACH)
  meter.steps += start - from
  return NAME.test(textOfCodes(codes, from, start))
}
