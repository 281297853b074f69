import { type ChainHead, EMPTY_CHAIN, linkFault } from '../domain/change.ts'
import { readSeal, SEAL_SUBJECT, type Seal, type SealDiscrepancy } from '../domain/seal.ts'
import { DAY_MS } from '../domain/time.ts'
import { ResponderError, UnreadableEntry } from '../errors.ts'
import type { Clock } from '../ports/runtime.ts'
import type { ChangeRecord, SealVault } from '../ports/stores.ts'
import { headOf } from './append.ts'
import { compareChain } from './compare-chain.ts'
import { addClaims, type SealedClaims } from './sealed-claims.ts'

/**
 * How far back the vault is read, by its own clock, which no writer can set. Every seal that was stored since the last run is among these, whoever stored
 * it: a run that fails for a week rings an alarm each day.
 */
const BACK_MS = 7 * DAY_MS

/** Seals of that time that are read at most. Nobody seals by hand so often, and the function has 15 minutes. */
const SEALS_LIMIT = 1_000

/** The last seal, undefined before the first one, its head, what it and those before it state, and how the table's chain of seals differed from the vault. */
export interface LastSeal {
  readonly seal: Seal | undefined
  readonly head: ChainHead
  readonly claims: SealedClaims
  readonly differences: readonly Omit<SealDiscrepancy, 'since'>[]
}

/**
 * Reads the seals of the last week, and the two last ones in any case, from the vault, which leads because its objects are locked, and appends to the
 * table those that it lacks.
 *
 * Whoever can write the vault can store the next seal before the function does. So the last seal alone is not the measure: what each seal before it
 * states counts as well.
 *
 * One that the table lacks is what an interrupted run leaves; more are a shortened chain. Otherwise whoever cuts the table's chain of seals would
 * have old seals appended again, one a day, while nothing new is sealed. Throws `seal.conflict` when the table has more seals than the vault, or
 * a seal of the vault cannot be parsed or does not follow the one before: then it is not known which seal is the last.
 */
export async function lastSeal(ports: { record: ChangeRecord; vault: SealVault; clock: Clock }): Promise<LastSeal> {
  const { record, vault, clock } = ports
  const [last, recent, end] = await Promise.all([vault.last(), vault.since(clock.now() - BACK_MS), tableEnd(record)])
  if (end.number > last) throw sealConflict(`seal ${end.number} is in the table, and the vault has ${last === 0 ? 'none' : `${last} only`}`)
  const first = Math.max(1, Math.min(recent - 1, last - 1, end.number))
  if (last - first >= SEALS_LIMIT)
    throw sealConflict(`${last - first} seals were stored in the vault within a week, or the table lacks them`)
  const claims: SealedClaims = { byChain: new Map(), planted: new Set() }
  let seal: Seal | undefined
  for (let number = first; number <= last; number++) {
    const next = await readStoredSeal(vault, number)
    // Before the first one that is read stands what that one says.
    const before = seal === undefined && number > 1 ? { number: number - 1, hash: next.entry.previous } : headOf(seal?.entry)
    if (linkFault(SEAL_SUBJECT, before, next.entry) !== undefined)
      throw sealConflict(`seal ${number} is in the vault and does not follow seal ${number - 1}`)
    if (number > end.number) await record.append(next.entry)
    addClaims(claims, next, seal)
    seal = next
  }
  // What the last seal says of those before it was proven when it was made. The chains that proved it may have been restored since.
  for (const { discrepancy, found } of seal?.discrepancies ?? [])
    if (discrepancy === 'planted' && found.number >= first) claims.planted.add(found.number)
  const head = headOf(seal?.entry)
  const differences: Omit<SealDiscrepancy, 'since'>[] = []
  const own = { subject: SEAL_SUBJECT, sealed: head } as const
  if (last - end.number > 1) differences.push({ ...own, discrepancy: end.number === 0 ? 'vanished' : 'shortened', found: end })
  const table =
    head.number === 0 ? undefined : await compareChain(SEAL_SUBJECT, [{ ...head, seal: head.number }], { record, depth: () => 'whole' })
  if (table?.kind === 'differs') differences.push({ ...own, discrepancy: table.discrepancy, found: table.found })
  return { seal, head, claims, differences }
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
