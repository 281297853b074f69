import { type ChainHead, type Change, EMPTY_CHAIN, linkFault } from '../domain/change.ts'
import { SEAL_SUBJECT, type SealDiscrepancy } from '../domain/seal.ts'
import { UnreadableEntry } from '../errors.ts'
import type { ChangeRecord } from '../ports/stores.ts'
import { identitySubject, incidentSubject, POLICY_SUBJECT } from './append.ts'
import { orderSubject } from './orders.ts'

/** How a chain compares with what was sealed of it: its new end, what differs, or that there was no time to compare it. */
export type Comparison =
  | { readonly kind: 'fits'; readonly head: ChainHead }
  | ({ readonly kind: 'differs' } & Pick<SealDiscrepancy, 'discrepancy' | 'found'>)
  | { readonly kind: 'uncompared' }

/** How much of a chain is read: all of it, from the sealed entry on, or nothing more. It is asked before every page. */
export type Depth = 'whole' | 'since-sealed' | 'none'

export interface ComparePorts {
  readonly record: Pick<ChangeRecord, 'page'>
  depth(): Depth
}

/** The keys of all chains that a release writes. The role of `seal` may read these and no others. */
export const CHAIN_KEYS: readonly string[] = [
  ...[incidentSubject(''), orderSubject(''), identitySubject('')].map((prefix) => `${prefix}*`),
  POLICY_SUBJECT,
  SEAL_SUBJECT,
]

/**
 * Reads a chain and compares it with the head that was sealed of it, `EMPTY_CHAIN` for none. It fits when the sealed entry is there with the sealed
 * hash, and every entry that was read follows the one before it.
 */
export async function compareChain(subject: string, sealed: ChainHead, ports: ComparePorts): Promise<Comparison> {
  // Without this, whoever can write the table could stop every seal with one item that the role may not read.
  const isOurs = CHAIN_KEYS.some((key) => (key.endsWith('*') ? subject.startsWith(key.slice(0, -1)) : subject === key))
  if (!isOurs) return { kind: 'differs', discrepancy: 'foreign', found: { number: 0 } }
  try {
    return await compareReadable(subject, sealed, ports)
  } catch (cause) {
    if (!(cause instanceof UnreadableEntry)) throw cause
    return { kind: 'differs', discrepancy: cause.isNewer ? 'newer' : 'unreadable', found: { number: cause.number } }
  }
}

async function compareReadable(subject: string, sealed: ChainHead, { record, depth }: ComparePorts): Promise<Comparison> {
  const isShort = depth() === 'since-sealed' && sealed.number > 0
  let head: ChainHead | undefined = isShort ? undefined : EMPTY_CHAIN
  for (let hasMore = true; hasMore; ) {
    if (depth() === 'none') return { kind: 'uncompared' }
    const page = await record.page(subject, head === undefined ? sealed.number : head.number + 1)
    for (const entry of page.changes) {
      // A reading that begins at the sealed entry cannot check what is before it; the sealed hash covers that.
      const before: ChainHead = head ?? { number: sealed.number - 1, hash: entry.previous }
      if (linkFault(subject, before, entry) !== undefined || contradicts(entry, sealed))
        return { kind: 'differs', discrepancy: 'rewritten', found: { number: before.number + 1, hash: entry.hash } }
      head = { number: entry.number, hash: entry.hash }
    }
    hasMore = page.hasMore && page.changes.length > 0
  }
  // Nothing from the sealed entry on: where the chain ends now is found from its beginning.
  if (head === undefined) return compareReadable(subject, sealed, { record, depth: () => (depth() === 'none' ? 'none' : 'whole') })
  if (head.number === 0) return { kind: 'differs', discrepancy: 'vanished', found: { number: 0 } }
  return head.number < sealed.number ? { kind: 'differs', discrepancy: 'shortened', found: head } : { kind: 'fits', head }
}

function contradicts(entry: Change, sealed: ChainHead): boolean {
  return entry.number === sealed.number && entry.hash !== sealed.hash
}
