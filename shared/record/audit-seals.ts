import { type ChainHead, type Change, EMPTY_CHAIN, verifyChain } from '../domain/change.ts'
import { SEAL_SUBJECT, type Seal, type SealDiscrepancy } from '../domain/seal.ts'
import { type StoredSeal, storedSealIn } from '../domain/sealed-chain.ts'
import { UnreadableItem } from '../errors.ts'
import type { SealVault } from '../ports/stores.ts'
import { headOf } from './append.ts'
import type { AuditFault } from './audit-fault.ts'

/** The head of a chain as a seal states it. */
export interface SealedHead extends ChainHead {
  readonly seal: number
}

/** What seals found when they were made. `until` is the last seal that found it; `isLast` where that is the last seal of all. */
export interface SealedDiscrepancy extends SealDiscrepancy {
  readonly until: number
  readonly isLast: boolean
}

/** What the seals say. `sealedAt` is when the last one that can be read was made (ISO 8601). */
export interface AuditedSeals {
  readonly sealedHeads: ReadonlyMap<string, readonly SealedHead[]>
  readonly seals: number
  readonly sealedAt: string | undefined
  readonly discrepancies: readonly SealedDiscrepancy[]
  readonly uncompared: number
  readonly faults: readonly AuditFault[]
}

/**
 * Reads every seal, checks the chain of seals in the vault and in the table, and returns the sealed heads by chain. `inTable` is undefined where an
 * entry of the table's chain cannot be read, which is reported with the other chains.
 */
export async function auditSeals(inTable: readonly Change[] | undefined, vault: SealVault | undefined): Promise<AuditedSeals> {
  if (vault === undefined) {
    const faults = asList(verifyChain(SEAL_SUBJECT, inTable ?? []))
    return { sealedHeads: new Map(), seals: 0, sealedAt: undefined, discrepancies: [], uncompared: 0, faults }
  }
  const last = await vault.last()
  const found = new Map<string, Omit<SealedDiscrepancy, 'isLast'>>()
  const sealedHeads = new Map<string, SealedHead[]>()
  const faults: AuditFault[] = []
  let end: Seal | undefined
  let seals = 0
  let head: ChainHead | undefined = EMPTY_CHAIN
  for (let number = 1; number <= last; number++) {
    const stored = readStored((await vault.get(number)) ?? '', number, head)
    head = typeof stored === 'string' || stored.kind === 'stray' || stored.entry === undefined ? undefined : headOf(stored.entry)
    if (typeof stored === 'string' || stored.kind !== 'seal') {
      const fault = typeof stored === 'string' ? stored : stored.kind === 'stray' ? 'unlinked' : 'lost'
      faults.push({ subject: SEAL_SUBJECT, number, fault })
      continue
    }
    end = stored.seal
    seals += 1
    for (const one of end.discrepancies) found.set(`${one.since} ${one.discrepancy} ${one.subject}`, { ...one, until: number })
    for (const { subject, ...sealed } of end.heads) {
      const known = sealedHeads.get(subject) ?? []
      known.push({ ...sealed, seal: number })
      sealedHeads.set(subject, known)
    }
  }
  // One fault for all of them: how many there are is what the table says, and whoever can write it can name any number.
  if (inTable?.some(({ number }) => number > last) === true) faults.push({ subject: SEAL_SUBJECT, number: last + 1, fault: 'lost' })
  else if (inTable !== undefined && head !== undefined) faults.push(...asList(verifyChain(SEAL_SUBJECT, inTable, head)))
  const discrepancies = [...found.values()].map((one) => ({ ...one, isLast: one.until === end?.entry.number }))
  return { sealedHeads, seals, sealedAt: end?.entry.at, discrepancies, uncompared: end?.uncompared ?? 0, faults }
}

/** What is stored under a number, or the fault that it has. */
function readStored(text: string, number: number, before: ChainHead | undefined): StoredSeal | 'lost' | 'newer' {
  // Nothing is stored: what the seal after it follows is what that one says.
  if (text === '') return 'lost'
  try {
    return storedSealIn(text, number, before)
  } catch (cause) {
    if (cause instanceof UnreadableItem && cause.isNewer) return 'newer'
    throw cause
  }
}

const asList = <T>(fault: T | undefined): T[] => (fault === undefined ? [] : [fault])
