import { createHash } from 'node:crypto'
import { z } from 'zod'
import { UnreadableItem } from '../errors.ts'
import { ChainHead, type Change, canonical } from './change.ts'
import { checkChange } from './migrations/change.ts'

/** The chain of seals. Each seal is linked to the one before by it. */
export const SEAL_SUBJECT = 'SEAL'

/** Where one chain ended when it was sealed. */
export const SealedHead = z.strictObject({ ...ChainHead.unwrap().shape, subject: z.string() }).readonly()
export type SealedHead = z.infer<typeof SealedHead>

/** What the entry of a seal says: how many chains and entries there were, and the digest over all heads. */
export interface SealValue {
  readonly chains: number
  readonly entries: number
  readonly root: string
}

/** A seal whole: its entry and every head that it covers. */
export interface Seal {
  readonly entry: Change
  readonly heads: readonly SealedHead[]
}

/** The value of a seal over these heads, whatever their order. */
export function sealValueOf(heads: readonly SealedHead[]): SealValue {
  const digest = createHash('sha256')
  for (const { subject, number, hash } of sorted(heads)) digest.update(`${canonical({ subject, number, hash })}\n`)
  return { chains: heads.length, entries: heads.reduce((sum, { number }) => sum + number, 0), root: digest.digest('hex') }
}

/** A seal as text, a line each: the entry, then the heads by subject. */
export function sealText({ entry, heads }: Seal): string {
  return [entry, ...sorted(heads)].map((line) => `${canonical(line)}\n`).join('')
}

/** Reads a seal back, or answers undefined where the text is none or its heads are not those of its entry. Its version is that of its entry. */
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
