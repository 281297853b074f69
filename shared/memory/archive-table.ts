import { type ArchivedItem, subjectsOf } from '../domain/archive.ts'
import { isClosed } from '../domain/incident.ts'
import { readIncident, writeIncident } from '../domain/migrations/incident.ts'
import { UnreadableItem } from '../errors.ts'
import type { ArchiveTable } from '../ports/archive.ts'
import type { StoredChains } from './change-record.ts'
import type { StoredTexts } from './incident-store.ts'

/** Incidents that one page lists. */
const PAGE = 3

/** The items of incidents over the texts of the stores in memory, with the keys of the table. */
export function memoryArchiveTable({ incidents, signals }: StoredTexts, chains: StoredChains): ArchiveTable {
  /** Incidents from which nothing is left to remove, with the version that says so. */
  const settled = new Map<string, number>()
  let kept: string | undefined
  const isListed = (id: string): boolean => {
    const stored = incidents.get(id)
    if (stored === undefined || settled.get(id) === stored.version) return false
    try {
      return isClosed(readIncident(stored.text, `INCIDENT#${id}`))
    } catch (cause) {
      if (cause instanceof UnreadableItem) return true
      throw cause
    }
  }
  const entryKey = (number: number) => `CHANGE#${String(number).padStart(6, '0')}`
  return {
    async closed(from) {
      const all = [...incidents.keys()].sort()
      const rest = from === undefined ? all : all.filter((id) => id > from)
      const page = rest.slice(0, PAGE)
      const ids = page.filter(isListed)
      return { ids, next: rest.length > PAGE ? page.at(-1) : undefined }
    },
    async read(id) {
      const [pk] = subjectsOf(id)
      const meta = incidents.get(id)
      const items: ArchivedItem[] = meta === undefined ? [] : [{ pk, sk: 'META', incident: meta.text, version: meta.version }]
      for (const [key, signal] of signals.get(id) ?? []) items.push({ pk, sk: `SIGNAL#${key}`, signal })
      for (const subject of subjectsOf(id))
        for (const [number, change] of [...(chains.get(subject) ?? [])].sort(([a], [b]) => a - b))
          items.push({ pk: subject, sk: entryKey(number), change })
      return items
    },
    async remove({ pk, sk, signal, change }) {
      const id = pk.slice(pk.indexOf('#') + 1)
      if (sk.startsWith('SIGNAL#')) {
        const timeline = signals.get(id)
        return timeline?.get(sk.slice(7)) === signal && timeline?.delete(sk.slice(7)) === true
      }
      const entries = chains.get(pk)
      const number = Number(sk.slice(7))
      const isSame = entries?.get(number) === change && entries?.delete(number) === true
      if (entries?.size === 0) chains.delete(pk)
      return isSame
    },
    async settle({ value, version }) {
      if (incidents.get(value.id)?.version !== version) return false
      incidents.set(value.id, { text: writeIncident(value), version: version + 1 })
      settled.set(value.id, version + 1)
      return true
    },
    async place() {
      return kept
    },
    async keepPlace(place) {
      kept = place
    },
  }
}
