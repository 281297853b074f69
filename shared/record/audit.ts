import { type ChainFault, type ChainHead, type Change, verifyChain } from '../domain/change.ts'
import { readSeal, SEAL_SUBJECT } from '../domain/seal.ts'
import { UnreadableEntry } from '../errors.ts'
import type { ChangeRecord, IncidentStore, SealVault } from '../ports/stores.ts'

/** Something that is not as it was written: the first such entry of a chain. */
export interface AuditFault {
  readonly subject: string
  readonly number: number
  /**
   * As of a chain; or `rewritten`: from here on the entries fit each other, and not the seal `seal`; `vanished`: the whole chain is
   * gone; `lost`: the object of a seal is not in the vault, or is none.
   */
  readonly fault: ChainFault['fault'] | 'rewritten' | 'vanished' | 'lost'
  readonly seal?: number
}

export interface Audit {
  readonly chains: number
  readonly entries: number
  readonly seals: number
  readonly faults: readonly AuditFault[]
}

export interface AuditPorts {
  readonly record: ChangeRecord
  readonly incidents: Pick<IncidentStore, 'get'>
  /** Undefined where there is none: then only the chains themselves are checked. */
  readonly vault: SealVault | undefined
}

/** What a seal says of a chain. */
interface SealedPoint extends ChainHead {
  readonly seal: number
}

/** Checks every chain against its own rule, against its incident, and against every seal. */
export async function audit({ record, incidents, vault }: AuditPorts): Promise<Audit> {
  const { promised, seals, faults } = await readSeals(record, vault)
  let chains = 0
  let entries = 0
  const seen = new Set<string>()
  for await (const subject of record.subjects()) {
    seen.add(subject)
    chains += 1
    const changes = await entriesOf(subject, record)
    if ('fault' in changes) {
      faults.push(changes)
      continue
    }
    entries += changes.length
    if (subject === SEAL_SUBJECT) continue
    const id = subject.startsWith('INCIDENT#') ? subject.slice('INCIDENT#'.length) : undefined
    const head = id === undefined ? undefined : (await incidents.get(id))?.value.head
    const chainFault = verifyChain(subject, changes, head)
    const sealFault = compareWithSeals(subject, changes, promised.get(subject) ?? [])
    // The chain's own rule says exactly which entry it is, unless a seal shows that what comes before it was rewritten.
    const fault =
      chainFault === undefined || (sealFault !== undefined && sealFault.until < chainFault.number) ? sealFault?.fault : chainFault
    if (fault !== undefined) faults.push(fault)
  }
  for (const [subject, [first]] of promised)
    if (!seen.has(subject) && first !== undefined) faults.push({ subject, number: 1, fault: 'vanished', seal: first.seal })
  return { chains, entries, seals, faults }
}

/** The entries of a chain, or the one that cannot be read. */
async function entriesOf(subject: string, record: ChangeRecord): Promise<readonly Change[] | AuditFault> {
  return record.list(subject).catch((cause: unknown) => {
    if (!(cause instanceof UnreadableEntry)) throw cause
    return { subject, number: cause.number, fault: 'edited' as const }
  })
}

/** Reads every seal, checks that they follow each other and that the table has the same, and answers what they say of each chain. */
async function readSeals(
  record: ChangeRecord,
  vault: SealVault | undefined,
): Promise<{ promised: Map<string, SealedPoint[]>; seals: number; faults: AuditFault[] }> {
  const promised = new Map<string, SealedPoint[]>()
  const faults: AuditFault[] = []
  const listedSeals = await entriesOf(SEAL_SUBJECT, record)
  // An entry of the table that cannot be read is named with the other chains.
  const inTable = 'fault' in listedSeals ? [] : listedSeals
  if (vault === undefined) return { promised, seals: 0, faults: asList(verifyChain(SEAL_SUBJECT, inTable)) }
  const last = await vault.last()
  const inVault: Change[] = []
  for (let number = 1; number <= Math.max(last, inTable.at(-1)?.number ?? 0); number++) {
    const seal = readSeal((await vault.get(number)) ?? '')
    if (seal === undefined) {
      faults.push({ subject: SEAL_SUBJECT, number, fault: 'lost' })
      continue
    }
    inVault.push(seal.entry)
    for (const { subject, ...head } of seal.heads) {
      const known = promised.get(subject) ?? []
      known.push({ ...head, seal: number })
      promised.set(subject, known)
    }
  }
  if (faults.length === 0 && !('fault' in listedSeals)) {
    const end = inVault.at(-1)
    const fault =
      verifyChain(SEAL_SUBJECT, inVault) ??
      verifyChain(SEAL_SUBJECT, inTable, end === undefined ? undefined : { number: end.number, hash: end.hash })
    faults.push(...asList(fault))
  }
  return { promised, seals: inVault.length, faults }
}

const asList = <T>(fault: T | undefined): T[] => (fault === undefined ? [] : [fault])

/** Where a chain is first not what a seal says: from the entry after the last that is, `until` the one that the seal names. */
function compareWithSeals(
  subject: string,
  changes: readonly Change[],
  promised: readonly SealedPoint[],
): { fault: AuditFault; until: number } | undefined {
  let lastVerified = 0
  for (const { number, hash, seal } of [...promised].sort((a, b) => a.number - b.number)) {
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
