import { type ArchiveContent, type ArchivedItem, archiveKey, incidentOfChain, linkIn, readArchive, subjectsOf } from '../domain/archive.ts'
import type { Change } from '../domain/change.ts'
import type { Incident, IncidentSignal } from '../domain/incident.ts'
import { readChange } from '../domain/migrations/change.ts'
import { readIncident, readSignal } from '../domain/migrations/incident.ts'
import { oncePerId } from '../domain/timeline.ts'
import { type ArchiveFault, UnreadableArchive, UnreadableEntry, UnreadableItem } from '../errors.ts'
import type { IncidentArchive } from '../ports/archive.ts'
import { type ChangePage, type ChangeRecord, type IncidentStore, PAGE_SIZE } from '../ports/stores.ts'

const FAULT_TEXTS: Readonly<Record<ArchiveFault, string>> = {
  missing: 'is missing',
  changed: 'is not the one that was stored',
  swapped: 'is that of another incident',
}

/** Reads an archived incident and checks it against its hash. */
export async function loadArchive(incidentId: string, sha256: string, archive: IncidentArchive): Promise<ArchiveContent | ArchiveFault> {
  const stored = await archive.get(incidentId, sha256)
  if (stored.kind === 'missing') return 'missing'
  const content = readArchive(stored.text, incidentId)
  if (content === 'swapped') return 'swapped'
  return stored.kind === 'changed' || content === 'damaged' ? 'changed' : content
}

/** An incident of a list, which of an archived one has what the table has, read whole from its archive. */
export async function wholeOf(incident: Incident, incidents: Pick<IncidentStore, 'get'>): Promise<Incident> {
  return incident.archived === undefined ? incident : ((await incidents.get(incident.id))?.value ?? incident)
}

/** The entries of one chain that an archive has. Throws `UnreadableEntry` where one is none. */
export function archivedChain({ items }: ArchiveContent, subject: string): Change[] {
  return items.filter(({ pk, sk }) => pk === subject && sk.startsWith('CHANGE#')).map((item) => entryIn(item))
}

function entryIn({ pk, sk, change }: ArchivedItem): Change {
  return readChange(change, pk, Number(sk.slice('CHANGE#'.length)))
}

/** The chains that an incident's link names beside its own: the table has no entry of them that would list them. */
export function chainsBeside(changes: readonly Change[]): string[] {
  return (
    linkIn(changes)
      ?.link.chains.map(({ subject }) => subject)
      .filter((subject) => subject !== changes[0]?.subject) ?? []
  )
}

/**
 * The record with what was archived of it. Where the table lacks entries of an incident's chains, they are read from the object that the link in the
 * incident's chain names. An object that is missing or changed is an `UnreadableEntry`, never a shorter chain.
 */
export function withArchivedChains(record: ChangeRecord, archive: IncidentArchive): ChangeRecord {
  const archived = async (subject: string, own: readonly Change[]): Promise<readonly Change[]> => {
    const incidentId = incidentOfChain(subject)
    if (incidentId === undefined) return []
    const [first] = subjectsOf(incidentId)
    const link = linkIn(subject === first ? own : await record.list(first))?.link
    if (link === undefined || !link.chains.some((one) => one.subject === subject && one.number > 0)) return []
    const content = await loadArchive(incidentId, link.sha256, archive)
    if (typeof content === 'string') {
      // The first entry that the table lacks.
      const number = own.findIndex((change, at) => change.number !== at + 1) + 1
      throw new UnreadableArchive(subject, Math.max(1, number), { fault: content, issue: faultOf(incidentId, link.sha256, content) })
    }
    return archivedChain(content, subject)
  }
  const list = async (subject: string): Promise<Change[]> => {
    const own = await record.list(subject)
    if (isFrom(1, own)) return own
    const before = await archived(subject, own)
    // An entry that the table has counts as it is there: where it is another one, the check of the chain names it.
    const there = new Set(own.map(({ number }) => number))
    return [...before.filter(({ number }) => !there.has(number)), ...own].sort((a, b) => a.number - b.number)
  }
  return {
    ...record,
    list,
    last: async (subject) => (await record.last(subject)) ?? (await list(subject)).at(-1),
    async page(subject, from): Promise<ChangePage> {
      const page = await record.page(subject, from)
      if (page.unreadable !== undefined || isFrom(from, page.changes)) return page
      try {
        const rest = (await list(subject)).filter(({ number }) => number >= from)
        return { changes: rest.slice(0, PAGE_SIZE), hasMore: rest.length > PAGE_SIZE }
      } catch (cause) {
        if (!(cause instanceof UnreadableEntry)) throw cause
        return { changes: [], hasMore: false, unreadable: cause }
      }
    },
  }
}

/**
 * The incidents with what was archived of them: one that is archived is read whole from its object. A list has what the table has. An object that is
 * missing or changed is an `UnreadableItem`.
 */
export function withArchivedIncidents(incidents: IncidentStore, archive: IncidentArchive): IncidentStore {
  const contentOf = async ({ id, archived }: Incident): Promise<ArchiveContent | undefined> => {
    if (archived === undefined) return undefined
    const content = await loadArchive(id, archived.sha256, archive)
    if (typeof content === 'string') throw new UnreadableItem(`INCIDENT#${id}`, faultOf(id, archived.sha256, content))
    return content
  }
  return {
    ...incidents,
    async get(id) {
      const stored = await incidents.get(id)
      const content = stored === undefined ? undefined : await contentOf(stored.value)
      if (stored === undefined || content === undefined) return stored
      const { archived, head, assignment } = stored.value
      const whole = readIncident(content.items.find(({ sk }) => sk === 'META')?.incident, `INCIDENT#${id}`)
      return {
        value: { ...whole, head, ...(assignment === undefined ? {} : { assignment }), ...(archived === undefined ? {} : { archived }) },
        version: stored.version,
      }
    },
    async signals(id, onUnreadable) {
      const [stored, own] = await Promise.all([incidents.get(id), incidents.signals(id, onUnreadable)])
      const content = stored === undefined ? undefined : await contentOf(stored.value)
      if (content === undefined) return own
      const before: IncidentSignal[] = []
      for (const { pk, sk, signal } of content.items) if (sk.startsWith('SIGNAL#')) before.push(readSignal(signal, `${pk} ${sk}`))
      return oncePerId([...before, ...own].sort((a, b) => a.time - b.time))
    },
  }
}

function faultOf(incidentId: string, sha256: string, fault: ArchiveFault): string {
  return `its archive ${archiveKey(incidentId, sha256)} ${FAULT_TEXTS[fault]}`
}

/** True where entries begin at a number and have no gap. */
function isFrom(from: number, changes: readonly Change[]): boolean {
  return changes.length > 0 && changes.every(({ number }, at) => number === from + at)
}
