import type { Change } from '../domain/change.ts'
import { readChange, readUpTo } from '../domain/migrations/change.ts'
import { type ChangeRecord, PAGE_SIZE } from '../ports/stores.ts'

/** Stored texts of entries, by subject and number. A test can insert what another release, or an intruder, wrote. */
export type StoredChains = Map<string, Map<number, string>>

/** The record in memory. Entries are stored as text, as in the table, so that no caller can change one by reference. */
export function memoryChangeRecord(chains: StoredChains = new Map()): ChangeRecord {
  const textsOf = (subject: string) => [...(chains.get(subject) ?? [])].sort(([a], [b]) => a - b)
  const read = (subject: string, texts: readonly (readonly [number, string])[]): Change[] =>
    texts.map(([number, entry]) => readChange(entry, subject, number))
  return {
    async last(subject) {
      const numbers = chains.get(subject)
      if (numbers === undefined) return undefined
      const number = Math.max(...numbers.keys())
      return readChange(numbers.get(number), subject, number)
    },
    async list(subject) {
      return read(subject, textsOf(subject))
    },
    async page(subject, from) {
      const texts = textsOf(subject).filter(([number]) => number >= from)
      const readers = texts.slice(0, PAGE_SIZE).map(
        ([number, text]) =>
          () =>
            readChange(text, subject, number),
      )
      return readUpTo(readers, texts.length > PAGE_SIZE)
    },
    async append(change) {
      const entries = chains.get(change.subject) ?? new Map<number, string>()
      if (entries.has(change.number)) return false
      chains.set(change.subject, entries.set(change.number, JSON.stringify(change)))
      return true
    },
    async *subjects() {
      yield* chains.keys()
    },
  }
}
