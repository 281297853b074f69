import { type ChainHead, EMPTY_CHAIN, linkFault } from '../domain/change.ts'
import { readSeal, SEAL_SUBJECT, type Seal, type SealDiscrepancy } from '../domain/seal.ts'
import { ResponderError, UnreadableEntry } from '../errors.ts'
import type { ChangeRecord, SealVault } from '../ports/stores.ts'
import { headOf } from './append.ts'
import { compareChain } from './compare-chain.ts'

/** The last seal, undefined before the first one, its head, and how the table's chain of seals differed from the vault. */
export interface LastSeal {
  readonly seal: Seal | undefined
  readonly head: ChainHead
  readonly differences: readonly Omit<SealDiscrepancy, 'since'>[]
}

/**
 * Reads the last seal from the vault, which leads because its objects are locked, and appends to the table the seals that it lacks.
 *
 * One that the table lacks is what an interrupted run leaves; more are a shortened chain. Otherwise whoever cuts the table's chain of seals would
 * have old seals appended again, one a day, while nothing new is sealed. Throws `seal.conflict` when the table has more seals than the vault, or
 * a seal of the vault cannot be parsed or does not follow the one before: then it is not known which seal is the last.
 */
export async function lastSeal({ record, vault }: { record: ChangeRecord; vault: SealVault }): Promise<LastSeal> {
  const [last, end] = await Promise.all([vault.last(), tableEnd(record)])
  if (end.number > last) throw sealConflict(`seal ${end.number} is in the table, and the vault has ${last === 0 ? 'none' : `${last} only`}`)
  let seal = end.number === 0 ? undefined : await readStoredSeal(vault, end.number)
  let head = headOf(seal?.entry)
  for (let number = end.number + 1; number <= last; number++) {
    seal = await readStoredSeal(vault, number)
    if (linkFault(SEAL_SUBJECT, head, seal.entry) !== undefined)
      throw sealConflict(`seal ${number} is in the vault and does not follow seal ${number - 1}`)
    await record.append(seal.entry)
    head = headOf(seal.entry)
  }
  const differences: Omit<SealDiscrepancy, 'since'>[] = []
  const own = { subject: SEAL_SUBJECT, sealed: head } as const
  if (last - end.number > 1) differences.push({ ...own, discrepancy: end.number === 0 ? 'vanished' : 'shortened', found: end })
  const table = head.number === 0 ? undefined : await compareChain(SEAL_SUBJECT, head, { record, depth: () => 'whole' })
  if (table?.kind === 'differs') differences.push({ ...own, discrepancy: table.discrepancy, found: table.found })
  return { seal, head, differences }
}

/** Reads a seal from the vault. Throws `seal.conflict` where there is none, or something else. */
export async function readStoredSeal(vault: SealVault, number: number): Promise<Seal> {
  const stored = readSeal((await vault.get(number)) ?? '')
  if (stored?.entry.number === number) return stored
  throw sealConflict(`seal ${number} in the vault cannot be parsed as a seal`)
}

export function sealConflict(what: string): ResponderError {
  return new ResponderError('seal.conflict', `${what}; run \`countersign changes verify\``)
}

/** Where the chain of seals ends in the table. The text of the last entry does not have to be readable: the vault has it too. */
async function tableEnd(record: ChangeRecord): Promise<SealDiscrepancy['found']> {
  try {
    const last = await record.last(SEAL_SUBJECT)
    return last === undefined ? { number: EMPTY_CHAIN.number } : { number: last.number, hash: last.hash }
  } catch (cause) {
    if (!(cause instanceof UnreadableEntry)) throw cause
    return { number: cause.number }
  }
}
