import { type ChainHead, type Change, EMPTY_CHAIN } from '../domain/change.ts'
import { SEAL_SUBJECT, type Seal, type SealDiscrepancy } from '../domain/seal.ts'
import { type StoredSeal, storedSealIn } from '../domain/sealed-chain.ts'
import { DAY_MS } from '../domain/time.ts'
import { ResponderError, UnreadableEntry, UnreadableItem } from '../errors.ts'
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

/**
 * The last seal, undefined before the first one, the head of the chain of seals, what the seals state, and how the table's chain of seals and the vault
 * differ from what they should be. `missing` are the entries that the table is to be given once people were told.
 */
export interface LastSeal {
  readonly seal: Seal | undefined
  readonly head: ChainHead
  readonly claims: SealedClaims
  readonly differences: readonly Omit<SealDiscrepancy, 'since'>[]
  readonly missing: readonly Change[]
}

/**
 * Reads the seals of the last week, and the two last ones in any case, from the vault, which leads because its objects are locked.
 *
 * Whoever can write the vault can store the next seal before the function does. So the last seal alone is not the measure: what each seal before it
 * states counts as well. An object that is no seal is told of and passed over: it cannot be deleted, so it must not end sealing.
 *
 * One seal that the table lacks is what an interrupted run leaves, and is appended at once; more are a shortened chain, which is mended only after it was
 * told and sealed. Otherwise a run that stops in between would leave no trace of it. Throws `seal.conflict` when the table has more seals than the vault, or
 * a seal of the vault is gone, of a newer release, or does not follow the one before: then it is not known which seal is the last.
 */
export async function lastSeal(ports: { record: ChangeRecord; vault: SealVault; clock: Clock }): Promise<LastSeal> {
  const { record, vault, clock } = ports
  // The table is read first: a run that is at it meanwhile writes to the vault first, so the vault has what the table has.
  const table = await tableEnd(record)
  const [last, recent] = await Promise.all([vault.last(), vault.since(clock.now() - BACK_MS)])
  // Where its last entry cannot be read, its key says nothing of how long the chain is.
  const end = table?.hash === undefined ? { number: Math.min(table?.number ?? 0, last) } : table
  if (end.number > last) throw sealConflict(`seal ${end.number} is in the table, and the vault has ${last === 0 ? 'none' : `${last} only`}`)
  const lookedAt = Math.max(1, Math.min(recent - 1, last - 1))
  if (last - lookedAt >= SEALS_LIMIT) throw sealConflict(`${last - lookedAt} seals were stored in the vault within a week`)
  // A table that lacks more is not mended: reading them would take longer than the function has.
  const isMended = last - end.number < SEALS_LIMIT
  const first = isMended ? Math.max(1, Math.min(lookedAt, end.number)) : lookedAt
  const { seal, entries, claims, lost } = await readSeals(vault, { first, last })
  const head = headOf(entries.at(-1))
  const own = { subject: SEAL_SUBJECT, sealed: head } as const
  const differences: Omit<SealDiscrepancy, 'since'>[] = lost.map((number) => ({ ...own, discrepancy: 'lost', found: { number } }))
  const missing = isMended ? entries.filter(({ number }) => number > end.number) : []
  if (last - end.number > 1) differences.push({ ...own, discrepancy: end.number === 0 ? 'vanished' : 'shortened', found: end })
  if (table !== undefined) {
    const inVault = entries.filter(({ number }) => number === end.number).map((entry) => ({ ...headOf(entry), seal: entry.number }))
    const found = await compareChain(SEAL_SUBJECT, inVault, { record, depth: () => 'whole' })
    if (found.kind === 'differs') differences.push({ ...own, discrepancy: found.discrepancy, found: found.found })
  }
  const [one, ...more] = missing
  if (one === undefined || more.length > 0) return { seal, head, claims, differences, missing }
  await record.append(one)
  return { seal, head, claims, differences, missing: [] }
}

/** Reads seals of the vault in order, from `first` on or from the seal before it that can be read. `lost` are the numbers of what is no seal. */
async function readSeals(vault: SealVault, { first, last }: { first: number; last: number }) {
  const claims: SealedClaims = { byChain: new Map(), planted: new Set() }
  const entries: Change[] = []
  const lost = new Set<number>()
  let seal: Seal | undefined
  // Before the first one that is read stands what that one says.
  const readFirst = (number: number) => readStored(vault, number, number === 1 ? EMPTY_CHAIN : undefined)
  let from = first
  let start = first <= last ? await readFirst(first) : undefined
  for (; start?.kind === 'unreadable' && from > 1; from--) start = await readFirst(from - 1)
  for (let number = from; number <= last; number++) {
    const stored = number === from && start !== undefined ? start : await readStored(vault, number, headOf(entries.at(-1)))
    if (stored.kind === 'stray') throw sealConflict(`seal ${number} is in the vault and does not follow seal ${number - 1}`)
    if (stored.entry !== undefined) entries.push(stored.entry)
    if (stored.kind === 'unreadable') lost.add(number)
    if (stored.kind === 'unreadable') continue
    addClaims(claims, stored.seal, seal)
    seal = stored.seal
  }
  // What the last seal says of those before it was proven when it was made. The chains that proved it may have been restored since.
  for (const { discrepancy, found } of seal?.discrepancies ?? []) {
    if (discrepancy === 'planted' && found.number >= from) claims.planted.add(found.number)
    if (discrepancy === 'lost') lost.add(found.number)
  }
  return { seal, entries, claims, lost: [...lost].sort((a, b) => a - b) }
}

async function readStored(vault: SealVault, number: number, before: ChainHead | undefined): Promise<StoredSeal> {
  const text = await vault.get(number)
  if (text === undefined) throw sealConflict(`seal ${number} is not in the vault, and later ones are`)
  try {
    return storedSealIn(text, number, before)
  } catch (cause) {
    if (cause instanceof UnreadableItem && cause.isNewer) throw sealConflict(`seal ${number} is of a newer release, which alone can go on`)
    throw cause
  }
}

/** Reads the seal that another run stored under the next number. Throws `seal.conflict` where it is none, or follows another seal than `before`. */
export async function readStoredSeal(vault: SealVault, number: number, before: ChainHead): Promise<Seal> {
  const stored = await readStored(vault, number, before)
  if (stored.kind === 'seal') return stored.seal
  if (stored.kind === 'stray') throw sealConflict(`seal ${number} is in the vault and does not follow seal ${number - 1}`)
  throw sealConflict(`seal ${number} in the vault cannot be parsed as a seal`)
}

export function sealConflict(what: string): ResponderError {
  return new ResponderError('seal.conflict', `${what}; run \`countersign changes verify\``)
}

/** Where the chain of seals ends in the table, undefined where it has none. An entry that cannot be read does not count: `compareChain` names it. */
async function tableEnd(record: ChangeRecord): Promise<SealDiscrepancy['found'] | undefined> {
  try {
    const last = await record.last(SEAL_SUBJECT)
    return last === undefined ? undefined : { number: last.number, hash: last.hash }
  } catch (cause) {
    if (!(cause instanceof UnreadableEntry)) throw cause
    return { number: cause.number - 1 }
  }
}
