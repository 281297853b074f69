import { type ChainHead, EMPTY_CHAIN, linkFault } from '../domain/change.ts'
import { SEAL_SUBJECT, type SealDiscrepancy } from '../domain/seal.ts'
import type { UnreadableEntry } from '../errors.ts'
import type { ChangeRecord } from '../ports/stores.ts'
import { identitySubject, incidentSubject, POLICY_SUBJECT } from './append.ts'
import { orderSubject } from './orders.ts'
import { ownStepsSubject } from './own-steps-subject.ts'
import { patternSubject } from './patterns.ts'
import { REDRIVE_SUBJECT } from './redrives.ts'
import type { SealedClaim } from './sealed-claims.ts'

/**
 * How a chain compares with what was sealed of it: its new end, what differs, or that there was no time to compare it. `sealed` is what stays the measure
 * of a chain that differs. `planted`: seals whose claims fit although an earlier seal's does not, so that they do not follow from it.
 */
export type Comparison =
  | { readonly kind: 'fits'; readonly head: ChainHead }
  | ({ readonly kind: 'differs'; readonly sealed: ChainHead; readonly planted: readonly number[] } & Pick<
      SealDiscrepancy,
      'discrepancy' | 'found'
    >)
  | { readonly kind: 'uncompared' }

/** How much of a chain is read: all of it, from the sealed entry on, or nothing more. It is asked before every page. */
export type Depth = 'whole' | 'since-sealed' | 'none'

export interface ComparePorts {
  readonly record: Pick<ChangeRecord, 'page'>
  depth(): Depth
  /** What is archived of chains; absent where nothing is. */
  readonly archived?: ArchivedChains | undefined
}

/** What is archived of chains, for the comparison with a seal. */
export interface ArchivedChains {
  /** Where the archived part of a chain ends, as a link says that a seal covers; undefined where no seal covers one. */
  sealedEnd(subject: string): Promise<ChainHead | undefined>
  /** The record with what is archived of it. */
  readonly record: Pick<ChangeRecord, 'page'>
}

/** The keys of all chains that a release writes. The role of `seal` may read these and no others. */
export const CHAIN_KEYS: readonly string[] = [
  ...[incidentSubject(''), orderSubject(''), ownStepsSubject(''), identitySubject(''), patternSubject('')].map((prefix) => `${prefix}*`),
  POLICY_SUBJECT,
  REDRIVE_SUBJECT,
  SEAL_SUBJECT,
]

/**
 * Reads a chain and compares it with what seals state of it, in the order of the seals; none for a new chain. It fits when every entry that they name is
 * there with the sealed hash, and every entry that was read follows the one before it. Claims of `doubted` seals are compared too, and are no measure.
 */
export async function compareChain(
  subject: string,
  claims: readonly SealedClaim[],
  ports: ComparePorts,
  doubted: ReadonlySet<number> = new Set(),
): Promise<Comparison> {
  const measureOf = (of: readonly SealedClaim[]): ChainHead | undefined => of.findLast(({ seal }) => !doubted.has(seal))
  const differs = (
    unfit: readonly SealedClaim[],
    about: Pick<SealDiscrepancy, 'discrepancy' | 'found'>,
    planted: readonly number[] = [],
  ) => {
    const { number, hash } = measureOf(unfit) ?? measureOf(claims) ?? claims.at(-1) ?? EMPTY_CHAIN
    return { kind: 'differs', ...about, sealed: { number, hash }, planted } as const
  }
  // Without this, whoever can write the table could stop every seal with one item that the role may not read.
  const isOurs = CHAIN_KEYS.some((key) => (key.endsWith('*') ? subject.startsWith(key.slice(0, -1)) : subject === key))
  if (!isOurs) return differs([], { discrepancy: 'foreign', found: { number: 0 } })
  const read = await readChain(subject, claims, ports)
  if (read === 'uncompared') return { kind: 'uncompared' }
  const { head, fault, confirmed, unreadable } = read
  const unfit = claims.filter((claim) => claim.number > 0 && !confirmed.has(claim))
  // An entry holds the hash of all before it: who sealed this one has sealed another chain than the seal before.
  const planted = claims.filter((claim, at) => confirmed.has(claim) && claims.slice(0, at).some((one) => unfit.includes(one)))
  const seals = planted.map(({ seal }) => seal)
  // What was rewritten before an entry that cannot be read is rewritten all the same.
  if (fault !== undefined) return differs(unfit, { discrepancy: 'rewritten', found: fault }, seals)
  if (unreadable !== undefined)
    return differs([], { discrepancy: unreadable.isNewer ? 'newer' : 'unreadable', found: { number: unreadable.number } })
  if (head.number === 0) return differs(unfit, { discrepancy: 'vanished', found: { number: 0 } })
  return unfit.length > 0 ? differs(unfit, { discrepancy: 'shortened', found: head }, seals) : { kind: 'fits', head }
}

/** Where a chain ends, the first entry that contradicts a claim or the entry before it, and the claims that its entries confirm. */
interface ReadChain {
  readonly head: ChainHead
  readonly fault: ChainHead | undefined
  readonly confirmed: ReadonlySet<SealedClaim>
  /** The entry behind `head`, where it cannot be read. */
  readonly unreadable?: UnreadableEntry
}

async function readChain(
  subject: string,
  claims: readonly SealedClaim[],
  { record, depth, archived }: ComparePorts,
): Promise<ReadChain | 'uncompared'> {
  const lowest = Math.min(...claims.map(({ number }) => number))
  const isShort = depth() === 'since-sealed' && claims.length > 0 && lowest > 0
  let source = record
  let head: ChainHead | undefined = isShort ? undefined : EMPTY_CHAIN
  let fault: ChainHead | undefined
  const confirmed = new Set<SealedClaim>()
  const check = (found: ChainHead) => {
    for (const claim of claims.filter(({ number }) => number === found.number))
      if (claim.hash === found.hash) confirmed.add(claim)
      else fault ??= found
  }
  for (let hasMore = true, isFirst = true; hasMore; isFirst = false) {
    if (depth() === 'none' && fault === undefined) return 'uncompared'
    if (depth() === 'none') break
    const from = head === undefined ? lowest : head.number + 1
    let page = await source.page(subject, from)
    if (isFirst && archived !== undefined && page.unreadable === undefined && page.changes[0]?.number !== from) {
      const end = await archived.sealedEnd(subject)
      if (end !== undefined && claims.every(({ number }) => number === 0 || number >= end.number)) {
        head = end
        check(end)
        if (end.number >= from) page = await source.page(subject, end.number + 1)
      } else {
        // A link that no seal covers proves nothing: what it says is archived is read.
        source = archived.record
        page = await source.page(subject, from)
      }
    }
    for (const entry of page.changes) {
      // A reading that begins at a sealed entry cannot check what is before it; the sealed hash covers that.
      const before: ChainHead = head ?? { number: lowest - 1, hash: entry.previous }
      const found = { number: before.number + 1, hash: entry.hash }
      // What comes after an entry that does not follow proves nothing.
      if (linkFault(subject, before, entry) !== undefined) return { head: before, fault: fault ?? found, confirmed }
      check(found)
      head = found
    }
    if (page.unreadable !== undefined) return { head: head ?? EMPTY_CHAIN, fault, confirmed, unreadable: page.unreadable }
    hasMore = page.hasMore && page.changes.length > 0
  }
  // Nothing from the sealed entry on: where the chain ends now is found from its beginning.
  if (head === undefined) return readChain(subject, claims, { record, archived, depth: () => (depth() === 'none' ? 'none' : 'whole') })
  return { head, fault, confirmed }
}
