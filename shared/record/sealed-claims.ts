import type { ChainHead } from '../domain/change.ts'
import type { Seal } from '../domain/seal.ts'

/** What a seal states of a chain: its end, and the number of the seal that stated this end first. */
export interface SealedClaim extends ChainHead {
  readonly seal: number
}

/**
 * What several seals in a row state, by chain, in the order of the seals. `planted` are the numbers of those that do not follow from the ones before:
 * `seal` replaces a head only by one that follows it, and drops none.
 */
export interface SealedClaims {
  readonly byChain: Map<string, SealedClaim[]>
  readonly planted: Set<number>
}

/** Adds what the next seal states. A head that contradicts an earlier seal by itself is nobody's measure, so it is left out. */
export function addClaims({ byChain, planted }: SealedClaims, { entry, heads }: Seal, before: Seal | undefined): void {
  const seal = entry.number
  const named = new Set<string>()
  for (const { subject, number, hash } of heads) {
    // A chain of which no entry was confirmed.
    if (number === 0) continue
    named.add(subject)
    const known = byChain.get(subject) ?? []
    const highest = Math.max(0, ...known.map((one) => one.number))
    if (known.some((one) => one.number === number && one.hash === hash)) continue
    if (number < highest || known.some((one) => one.number === number)) planted.add(seal)
    else byChain.set(subject, [...known, { number, hash, seal }])
  }
  // 0.1.0, whose entries have no version, left out a chain that it could not read.
  if (entry.v !== undefined && before?.heads.some(({ subject, number }) => number > 0 && !named.has(subject))) planted.add(seal)
}
