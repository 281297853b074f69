import { createHash } from 'node:crypto'
import { z } from 'zod'
import { UnreadableItem } from '../errors.ts'
import { ChainHead, type Change, canonical } from './change.ts'
import { checkChange } from './migrations/change.ts'

/** The subject of the chain of seals: each seal carries the hash of the one before it. */
export const SEAL_SUBJECT = 'SEAL'

/** The end of one chain at the time of a seal. */
export const SealedHead = z.strictObject({ ...ChainHead.unwrap().shape, subject: z.string() }).readonly()
export type SealedHead = z.infer<typeof SealedHead>

/** The content of a seal's entry: the number of chains, the number of entries, and the SHA-256 over all heads (`root`). */
export interface SealValue {
  readonly chains: number
  readonly entries: number
  readonly root: string
}

/** A complete seal: its entry and every head that it covers. */
export interface Seal {
  readonly entry: Change
  readonly heads: readonly SealedHead[]
}

/** The content of a seal over these heads. It does not depend on their order. */
export function sealValueOf(heads: readonly SealedHead[]): SealValue {
  const digest = createHash('sha256')
  for (const { subject, number, hash } of sorted(heads)) digest.update(`${canonical({ subject, number, hash })}\n`)
  return { chains: heads.length, entries: heads.reduce((sum, { number }) => sum + number, 0), root: digest.digest('hex') }
}

/** A seal as lines of JSON: the entry, then the heads in the order of their subjects. */
export function sealText({ entry, heads }: Seal): string {
  return [entry, ...sorted(heads)].map((line) => `${canonical(line)}\n`).join('')
}

/** The seal in a text, or undefined where the text is not a seal or the heads do not match its entry. Its version is that of its entry. */
export function readSeal(text: string): Seal | undefined {
  try {
    const [entry, ...lines]: unknown[] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    checkChange(entry, SEAL_SUBJECT)
    const heads = z.array(SealedHead).parse(lines)
    const isWhole = entry.subject === SEAL_SUBJECT && canonical(entry.to) === canonical(sealValueOf(heads))
    return isWhole ? { entry, heads } : undefined
  } catch (cause) {
    // What a newer release sealed is no damage: that one reads it.
    if (cause instanceof UnreadableItem && cause.isNewer) throw cause
    // Not lines of a seal: the caller names it.
    return undefined
  }
}

function sorted(heads: readonly SealedHead[]): SealedHead[] {
  return [...heads].sort((a, b) => (a.subject < b.subject ? -1 : 1))
}
