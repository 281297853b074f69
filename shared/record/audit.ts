import { type ChainFault, type ChainHead, type Change, verifyChain } from '../domain/change.ts'
import { readSeal, SEAL_SUBJECT, type Seal, type SealDiscrepancy } from '../domain/seal.ts'
import { UnreadableEntry, UnreadableItem } from '../errors.ts'
import type { ChangeRecord, IncidentStore, SealVault } from '../ports/stores.ts'
import { incidentSubject } from './append.ts'

/** The first entry of a chain that differs from what was written. */
export interface AuditFault {
  readonly subject: string
  readonly number: number
  /**
   * A fault within the chain, or one against the seal `seal`. `rewritten`: the entries from here on are consistent with each other but not with
   * the seal. `vanished`: the whole sealed chain is gone. `lost`: the object of a seal is missing from the vault or cannot be parsed. `newer`: a
   * newer release wrote the entry, and only that release can check it. `unended`: the incident that stores the chain's head cannot be read.
   */
  readonly fault: ChainFault['fault'] | 'rewritten' | 'vanished' | 'lost' | 'newer' | 'unended'
  readonly seal?: number
}

/** What seals found when they were made. `until` is the last seal that found it; `isLast` where that is the last seal of all. */
export interface SealedDiscrepancy extends SealDiscrepancy {
  readonly until: number
  readonly isLast: boolean
}

/**
 * The result of an audit: how much was checked, and every fault. No faults means that the record is as it was written. `discrepancies` are no faults by
 * themselves: a chain that was restored since has none. `uncompared` counts the chains that the last seal did not compare.
 */
export interface Audit {
  readonly chains: number
  readonly entries: number
  readonly seals: number
  readonly discrepancies: readonly SealedDiscrepancy[]
  readonly uncompared: number
  readonly faults: readonly AuditFault[]
}

/** What an audit reads. */
export interface AuditPorts {
  readonly record: ChangeRecord
  readonly incidents: Pick<IncidentStore, 'get'>
  /** Undefined without a vault: then the chains are checked, but not against seals. */
  readonly vault: SealVault | undefined
}

/** The head of a chain as a seal states it. */
interface SealedHead extends ChainHead {
  readonly seal: number
}

/** Checks the hashes of every chain, the chain head that its incident stores, and every seal. Reads the whole record. */
export async function audit({ record, incidents, vault }: AuditPorts): Promise<Audit> {
  const { sealedHeads, seals, faults, discrepancies, uncompared } = await readSeals(record, vault)
  let entries = 0
  const seen = new Set<string>()
  for await (const subject of record.subjects()) {
    seen.add(subject)
    const changes = await entriesOf(subject, record)
    if ('fault' in changes) {
      faults.push(changes)
      continue
    }
    entries += changes.length
    // `readSeals` has checked the chain of seals.
    if (subject === SEAL_SUBJECT) continue
    const head = await storedHeadOf(subject, incidents)
    faults.push(...asList(faultOf(subject, changes, { head, sealedHeads: sealedHeads.get(subject) ?? [] })))
  }
  for (const [subject, [first]] of sealedHeads)
    if (!seen.has(subject) && first !== undefined) faults.push({ subject, number: 1, fault: 'vanished', seal: first.seal })
  return { chains: seen.size, entries, seals, faults, discrepancies, uncompared }
}

/** The chain head that an incident stores, or `unreadable` when the incident cannot be read; undefined for other chains. */
async function storedHeadOf(subject: string, incidents: AuditPorts['incidents']): Promise<ChainHead | undefined | 'unreadable'> {
  const prefix = incidentSubject('')
  if (!subject.startsWith(prefix)) return undefined
  try {
    return (await incidents.get(subject.slice(prefix.length)))?.value.head
  } catch (cause) {
    if (cause instanceof UnreadableItem) return 'unreadable'
    throw cause
  }
}

/** The first fault of a chain, by its own hashes or by its seals. */
function faultOf(
  subject: string,
  changes: readonly Change[],
  { head, sealedHeads }: { head: ChainHead | undefined | 'unreadable'; sealedHeads: readonly SealedHead[] },
): AuditFault | undefined {
  const chainFault = verifyChain(subject, changes, head === 'unreadable' ? undefined : head)
  const sealFault = compareWithSeals(subject, changes, sealedHeads)
  // The chain fault names the exact entry, unless a seal shows that an earlier entry was rewritten.
  const fault = chainFault === undefined || (sealFault !== undefined && sealFault.until < chainFault.number) ? sealFault?.fault : chainFault
  return fault ?? (head === 'unreadable' ? { subject, number: changes.length, fault: 'unended' } : undefined)
}

/** The entries of a chain, or the fault of the first one that cannot be parsed. */
async function entriesOf(subject: string, record: ChangeRecord): Promise<readonly Change[] | AuditFault> {
  return record.list(subject).catch((cause: unknown) => {
    if (!(cause instanceof UnreadableEntry)) throw cause
    return { subject, number: cause.number, fault: cause.isNewer ? ('newer' as const) : ('edited' as const) }
  })
}

/** Reads every seal, checks the chain of seals in the vault and in the table, and returns the sealed heads by chain. */
async function readSeals(
  record: ChangeRecord,
  vault: SealVault | undefined,
): Promise<Omit<Audit, 'chains' | 'entries' | 'faults'> & { sealedHeads: Map<string, SealedHead[]>; faults: AuditFault[] }> {
  const sealedHeads = new Map<string, SealedHead[]>()
  const faults: AuditFault[] = []
  const found = new Map<string, Omit<SealedDiscrepancy, 'isLast'>>()
  let uncompared = 0
  const listedSeals = await entriesOf(SEAL_SUBJECT, record)
  // An entry of the table that cannot be parsed is reported by `audit` with the other chains.
  const inTable = 'fault' in listedSeals ? [] : listedSeals
  if (vault === undefined)
    return { sealedHeads, seals: 0, faults: asList(verifyChain(SEAL_SUBJECT, inTable)), discrepancies: [], uncompared }
  const last = await vault.last()
  const inVault: Change[] = []
  for (let number = 1; number <= Math.max(last, inTable.at(-1)?.number ?? 0); number++) {
    const seal = parseSeal((await vault.get(number)) ?? '')
    if (typeof seal === 'string') {
      faults.push({ subject: SEAL_SUBJECT, number, fault: seal })
      continue
    }
    inVault.push(seal.entry)
    uncompared = seal.uncompared
    for (const one of seal.discrepancies) found.set(`${one.since} ${one.discrepancy} ${one.subject}`, { ...one, until: number })
    for (const { subject, ...head } of seal.heads) {
      const known = sealedHeads.get(subject) ?? []
      known.push({ ...head, seal: number })
      sealedHeads.set(subject, known)
    }
  }
  if (faults.length === 0 && !('fault' in listedSeals)) {
    const end = inVault.at(-1)
    const fault =
      verifyChain(SEAL_SUBJECT, inVault) ??
      verifyChain(SEAL_SUBJECT, inTable, end === undefined ? undefined : { number: end.number, hash: end.hash })
    faults.push(...asList(fault))
  }
  const discrepancies = [...found.values()].map((one) => ({ ...one, isLast: one.until === inVault.at(-1)?.number }))
  return { sealedHeads, seals: inVault.length, faults, discrepancies, uncompared }
}

/** Parses the text of a seal, or returns the fault that it has. */
function parseSeal(text: string): Seal | 'lost' | 'newer' {
  try {
    return readSeal(text) ?? 'lost'
  } catch (cause) {
    if (cause instanceof UnreadableItem && cause.isNewer) return 'newer'
    throw cause
  }
}

const asList = <T>(fault: T | undefined): T[] => (fault === undefined ? [] : [fault])

/**
 * The first fault of a chain against its seals. It begins after the last entry that a seal confirms; `until` is the sealed entry that differs, so
 * the altered entry is one of these.
 */
function compareWithSeals(
  subject: string,
  changes: readonly Change[],
  sealedHeads: readonly SealedHead[],
): { fault: AuditFault; until: number } | undefined {
  let lastVerified = 0
  for (const { number, hash, seal } of [...sealedHeads].sort((a, b) => a.number - b.number)) {
    // A chain of which no entry was confirmed when it was sealed.
    if (number === 0) continue
    const entry = changes[number - 1]
    if (entry === undefined) {
      const first = Math.max(lastVerified, changes.length) + 1
      return { fault: { subject, number: first, fault: 'cut-short', seal }, until: first }
    }
    if (entry.hash !== hash) return { fault: { subject, number: lastVerified + 1, fault: 'rewritten', seal }, until: number }
    lastVerified = number
  }
  return undefined
}
