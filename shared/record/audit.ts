import { type ChainHead, type Change, verifyChain } from '../domain/change.ts'
import type { Incident } from '../domain/incident.ts'
import { SEAL_SUBJECT } from '../domain/seal.ts'
import { UnreadableArchive, UnreadableEntry, UnreadableItem } from '../errors.ts'
import type { IncidentArchive } from '../ports/archive.ts'
import type { ChangeRecord, IncidentStore, SealVault } from '../ports/stores.ts'
import { incidentSubject } from './append.ts'
import { chainsBeside } from './archived.ts'
import { archiveFault } from './audit-archive.ts'
import type { AuditFault } from './audit-fault.ts'
import { type AuditedSeals, auditSeals, type SealedHead } from './audit-seals.ts'
import { isOrderedEntry, orderSubject } from './orders.ts'

/**
 * The result of an audit: how much was checked, and every fault. No faults means that the record is as it was written. `discrepancies` are no faults by
 * themselves: a chain that was restored since has none. `uncompared` counts the chains that the last seal did not compare.
 */
export interface Audit extends Omit<AuditedSeals, 'sealedHeads'> {
  readonly chains: number
  readonly entries: number
}

/** What an audit reads. */
export interface AuditPorts {
  readonly record: ChangeRecord
  readonly incidents: Pick<IncidentStore, 'get' | 'listAll'>
  /** Undefined without a vault: then the chains are checked, but not against seals. */
  readonly vault: SealVault | undefined
  /** The archive that `record` and `incidents` are read from too; absent where nothing is archived. */
  readonly archive?: IncidentArchive | undefined
}

/**
 * Checks the hashes of every chain, the chain that each incident names the end of, the order that each verdict gave, the object of each
 * archived incident, and every seal. Reads the whole record and every incident.
 */
export async function audit({ record, incidents, vault, archive }: AuditPorts): Promise<Audit> {
  const inTable = await entriesOf(SEAL_SUBJECT, record)
  const { sealedHeads, faults: sealFaults, ...said } = await auditSeals('fault' in inTable ? undefined : inTable, vault)
  const faults: AuditFault[] = [...sealFaults]
  const orders: AuditFault[] = []
  let chains = 0
  let entries = 0
  const seen = new Set<string>()
  const check = async (subject: string) => {
    seen.add(subject)
    // The incident is read first: what it names was written before.
    const incident = await incidentOf(subject, incidents)
    const changes = await entriesOf(subject, record)
    chains += 'fault' in changes || changes.length > 0 ? 1 : 0
    if ('fault' in changes) return faults.push(changes)
    entries += changes.length
    // The chain of seals was checked with the vault.
    if (subject === SEAL_SUBJECT) return
    if (changes.length === 0) return faults.push(vanished(subject, sealedHeads))
    const head = incident === 'unreadable' ? incident : incident?.head
    const archived = await archiveFault(subject, { changes, incident }, archive)
    // What is beside the chain is in the same object.
    for (const beside of chainsBeside(changes)) {
      if (archived !== undefined) seen.add(beside)
      else if (!seen.has(beside)) await check(beside)
    }
    const fault = faultOf(subject, changes, { head, sealedHeads: sealedHeads.get(subject) ?? [] }) ?? archived
    if (fault !== undefined) faults.push(fault)
    if (archived === undefined && incident !== 'unreadable' && incident !== undefined)
      orders.push(...(await orderFault(incident, changes, record)))
  }
  for await (const subject of record.subjects()) if (!seen.has(subject)) await check(subject)
  // A chain that is gone is in no list of chains: its incident and its seals name it.
  const unreadable: string[] = []
  for await (const { id, head } of incidents.listAll(({ key }) => unreadable.push(key)))
    if (head.number > 0 && !seen.has(incidentSubject(id))) await check(incidentSubject(id))
  // What is archived with its incident is in no list either.
  for (const subject of sealedHeads.keys()) if (!seen.has(subject)) await check(subject)
  const named = new Set(faults.map(({ subject }) => subject))
  for (const subject of unreadable) if (!seen.has(subject) && !named.has(subject)) faults.push({ subject, number: 1, fault: 'unended' })
  faults.push(...orders.filter(({ subject }) => !named.has(subject)))
  return { ...said, chains, entries, faults }
}

/** The fault of a chain of which no entry is there, with the first seal that names it. */
function vanished(subject: string, sealedHeads: AuditedSeals['sealedHeads']): AuditFault {
  const [first] = sealedHeads.get(subject) ?? []
  return { subject, number: 1, fault: 'vanished', ...(first === undefined ? {} : { seal: first.seal }) }
}

/** The incident that a chain is of, or `unreadable` when it cannot be read; undefined for other chains. */
async function incidentOf(subject: string, incidents: AuditPorts['incidents']): Promise<Incident | undefined | 'unreadable'> {
  const prefix = incidentSubject('')
  if (!subject.startsWith(prefix)) return undefined
  try {
    return (await incidents.get(subject.slice(prefix.length)))?.value
  } catch (cause) {
    if (cause instanceof UnreadableItem) return 'unreadable'
    throw cause
  }
}

/** The fault of the chain of orders where an incident has a verdict for which no order stands. Entries of 0.1.0 gave none. */
async function orderFault({ id, verdict }: Incident, changes: readonly Change[], record: ChangeRecord): Promise<AuditFault[]> {
  const entry = changes.findLast(
    ({ v, kind, at, actor }) => v !== undefined && kind === 'verdict' && at === verdict?.at && actor === verdict.by,
  )
  if (entry === undefined) return []
  const subject = orderSubject(id)
  const orders = await entriesOf(subject, record)
  // What cannot be read is reported with its own chain.
  if ('fault' in orders || isOrderedEntry(entry, orders)) return []
  return [{ subject, number: orders.length + 1, fault: orders.length === 0 ? 'vanished' : 'cut-short' }]
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
    if (cause instanceof UnreadableArchive) return { subject, number: cause.number, fault: `archive-${cause.fault}` as const }
    return { subject, number: cause.number, fault: cause.isNewer ? ('newer' as const) : ('edited' as const) }
  })
}

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
