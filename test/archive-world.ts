import { archiveKey } from '../shared/domain/archive.ts'
import { type Change, chain, EMPTY_CHAIN } from '../shared/domain/change.ts'
import type { Incident } from '../shared/domain/incident.ts'
import { DAY_MS } from '../shared/domain/time.ts'
import { memoryArchiveTable } from '../shared/memory/archive-table.ts'
import { memoryChangeRecord, type StoredChains } from '../shared/memory/change-record.ts'
import { memoryIncidentArchive } from '../shared/memory/incident-archive.ts'
import { memoryIncidentStore, noTexts } from '../shared/memory/incident-store.ts'
import { silentLog } from '../shared/memory/log.ts'
import { memoryNotifier } from '../shared/memory/notifier.ts'
import { memorySealVault } from '../shared/memory/seal-vault.ts'
import type { ArchivePorts } from '../shared/ports/archive.ts'
import type { ChangeRecord, IncidentStore } from '../shared/ports/stores.ts'
import { withArchivedChains, withArchivedIncidents } from '../shared/record/archived.ts'
import { audit } from '../shared/record/audit.ts'
import { seal } from '../shared/record/seal.ts'
import { AT, incidentOf, signalOf } from './contract/samples.ts'

export const AFTER_DAYS = 90
/** Long after everything. */
export const LATER = AT + 200 * DAY_MS

/** A closed incident with a chain, orders, steps that were undone, and a timeline. */
export interface Made {
  readonly id: string
  readonly entries?: number
  readonly orders?: number
  readonly signals?: number
  /** A step that was planned: and undone, or not. */
  readonly step?: 'undone' | 'standing'
  readonly parts?: Partial<Incident>
}

const draft = (number: number): Pick<Change, 'at' | 'actor' | 'kind' | 'target' | 'from' | 'to' | 'why'> => ({
  at: new Date(AT + number * 1000).toISOString(),
  actor: 'countersign:respond',
  kind: 'decision',
  target: 'incident',
  from: null,
  to: { risk: number },
  why: `because ${number}`,
})

/** Writes an incident into stores. */
export async function make(
  { id, entries = 3, orders = 0, signals = 2, step, parts = {} }: Made,
  { record, incidents }: { record: ChangeRecord; incidents: IncidentStore },
): Promise<void> {
  const write = async (subject: string, drafts: readonly ReturnType<typeof draft>[]) => {
    let head = EMPTY_CHAIN
    for (const one of drafts) {
      const change = chain(subject, head, one)
      await record.append(change)
      head = { number: change.number, hash: change.hash }
    }
    return head
  }
  const numbers = (count: number) => Array.from({ length: count }, (_, at) => draft(at + 1))
  const head = await write(`INCIDENT#${id}`, numbers(entries))
  await write(`ORDER#${id}`, numbers(orders))
  const planned = {
    ...draft(1),
    actor: 'countersign:contain',
    kind: 'step-planned',
    target: 'access-key:x',
    from: 'Active',
    to: 'Inactive',
  } as const
  if (step !== undefined)
    await write(`STEPS#${id}`, step === 'undone' ? [planned, { ...planned, kind: 'step-undone', from: null, to: null }] : [planned])
  await incidents.save(incidentOf(id, { state: 'released', head, ...parts }), 0)
  for (let at = 0; at < signals; at++) await incidents.addSignal(id, signalOf(`${id}-${at}`, AT + at * 1000))
}

/** Stores in memory with incidents that were sealed, and the ports of archive over them. */
export async function archiveWorld(made: readonly Made[], { isSealed = true }: { isSealed?: boolean } = {}) {
  const texts = noTexts()
  const chains: StoredChains = new Map()
  const objects = new Map<string, string>()
  const vault = memorySealVault()
  let now = AT
  const clock = { now: () => now }
  const record = memoryChangeRecord(chains)
  const incidents = memoryIncidentStore(texts)
  const archive = memoryIncidentArchive(objects)
  const table = memoryArchiveTable(texts, chains)
  const notifier = memoryNotifier()
  for (const one of made) await make(one, { record, incidents })
  const whole = { record: withArchivedChains(record, archive), incidents: withArchivedIncidents(incidents, archive) }
  const sealing = { record, archive, vault, notifier, clock, log: silentLog }
  if (isSealed) await seal(sealing)
  now = LATER
  const ports: ArchivePorts = { table, incidents, record, archive, vault, afterDays: AFTER_DAYS, clock, log: silentLog }
  return {
    texts,
    chains,
    objects,
    notifier,
    ports,
    /** What people read: the table and the archive. */
    whole,
    sealAgain: (from = archive) => seal({ ...sealing, archive: from }),
    audited: () => audit({ ...whole, vault, archive }),
    setNow(time: number) {
      now = time
    },
    async keyOfArchive(id: string) {
      const archived = (await incidents.get(id))?.value.archived
      return archived === undefined ? undefined : archiveKey(id, archived.sha256)
    },
  }
}
