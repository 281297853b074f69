import { createHash } from 'node:crypto'
import * as z from 'zod'
import { UnreadableItem } from '../errors.ts'
import { ChainHead, type Change, canonical } from './change.ts'
import { checkChange } from './migrations/change.ts'

/** The subject of the chain of seals: each seal carries the hash of the one before it. */
export const SEAL_SUBJECT = 'SEAL'

/** The end of one chain at the time of a seal. Number 0 is a chain of which no entry was confirmed. */
export const SealedHead = z.strictObject({ ...ChainHead.unwrap().shape, subject: z.string() }).readonly()
export type SealedHead = z.infer<typeof SealedHead>

/**
 * How a chain differs from what a seal says of it. `vanished`: none of its entries is there. `shortened`: it ends before the sealed entry.
 * `rewritten`: an entry is another one than was sealed, or does not follow the one before it. `unreadable`: an entry cannot be parsed. `newer`: a
 * newer release wrote an entry, and only that release can check it. `foreign`: no release writes a chain of that name, so it is not read. `planted`, of
 * the chain of seals alone: a seal does not follow from those before it, so `seal` did not make it. `lost`, of
 * the chain of seals alone: what is stored in the vault under a number is no seal.
 */
export const DiscrepancyKind = z.enum(['vanished', 'shortened', 'rewritten', 'unreadable', 'newer', 'foreign', 'planted', 'lost'])
export type DiscrepancyKind = z.infer<typeof DiscrepancyKind>

/** A chain that is not as it was sealed: what was sealed, what was found, and the first seal that says so. */
export const SealDiscrepancy = z
  .strictObject({
    subject: z.string(),
    discrepancy: DiscrepancyKind,
    /** The end of the chain as it was sealed last; number 0 where it was not sealed before. */
    sealed: ChainHead,
    /** The first entry that differs, or the end of a shortened chain. `hash` is absent where the entry cannot be read. */
    found: z.strictObject({ number: z.number().int().min(0), hash: ChainHead.unwrap().shape.hash.exactOptional() }).readonly(),
    since: z.number().int().min(1),
  })
  .readonly()
export type SealDiscrepancy = z.infer<typeof SealDiscrepancy>

/**
 * The content of a seal's entry: the number of chains, the number of entries, and the SHA-256 over all heads and discrepancies (`root`). The numbers
 * of discrepancies and of chains that were not compared are there only where they are not 0.
 */
export interface SealValue {
  readonly chains: number
  readonly entries: number
  readonly root: string
  readonly discrepancies?: number
  readonly uncompared?: number
}

/** What a seal covers. */
export interface SealContent {
  readonly heads: readonly SealedHead[]
  readonly discrepancies: readonly SealDiscrepancy[]
  /** Chains for which no time was left. Each keeps the head of the seal before. */
  readonly uncompared: number
}

/** A complete seal: its entry and all that it covers. */
export interface Seal extends SealContent {
  readonly entry: Change
}

/** The content of a seal's entry over what it covers. It does not depend on the order. */
export function sealValueOf({ heads, discrepancies, uncompared }: SealContent): SealValue {
  const digest = createHash('sha256')
  for (const { subject, number, hash } of sorted(heads)) digest.update(`${canonical({ subject, number, hash })}\n`)
  for (const one of sorted(discrepancies)) digest.update(`${canonical(one)}\n`)
  return {
    chains: heads.length,
    entries: heads.reduce((sum, { number }) => sum + number, 0),
    root: digest.digest('hex'),
    ...(discrepancies.length === 0 ? {} : { discrepancies: discrepancies.length }),
    ...(uncompared === 0 ? {} : { uncompared }),
  }
}

/** A seal as lines of JSON: the entry, then the heads and the discrepancies, each in the order of their subjects. */
export function sealText({ entry, heads, discrepancies }: Seal): string {
  return [entry, ...sorted(heads), ...sorted(discrepancies)].map((line) => `${canonical(line)}\n`).join('')
}

const Uncompared = z.object({ uncompared: z.number().int().min(0).default(0) })

/** The seal in a text, or undefined where the text is not a seal or what it covers does not match its entry. Its version is that of its entry. */
export function readSeal(text: string): Seal | undefined {
  try {
    const [entry, ...lines]: unknown[] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    checkChange(entry, SEAL_SUBJECT)
    const heads: SealedHead[] = []
    const discrepancies: SealDiscrepancy[] = []
    for (const line of z.array(z.union([SealedHead, SealDiscrepancy])).parse(lines))
      if ('discrepancy' in line) discrepancies.push(line)
      else heads.push(line)
    const content = { heads, discrepancies, uncompared: Uncompared.parse(entry.to).uncompared }
    const isWhole = entry.subject === SEAL_SUBJECT && canonical(entry.to) === canonical(sealValueOf(content))
    return isWhole ? { entry, ...content } : undefined
  } catch (cause) {
    // What a newer release sealed is no damage: that one reads it.
    if (cause instanceof UnreadableItem && cause.isNewer) throw cause
    // Not lines of a seal: the caller names it.
    return undefined
  }
}

function sorted<T extends { readonly subject: string }>(lines: readonly T[]): T[] {
  return [...lines].sort((a, b) => (a.subject < b.subject ? -1 : 1))
}
