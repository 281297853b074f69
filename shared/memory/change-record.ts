import type { Change } from '../domain/change.ts'
import { readChange } from '../domain/migrations/change.ts'
import type { ChangeRecord } from '../ports/stores.ts'

/** Stored texts of entries, by subject and number. A test can insert what another release, or an intruder, wrote. */
export type StoredChains = Map<string, Map<number, string>>

/** The record in memory. Entries are stored as text, as in the table, so that no caller can change one by reference. */
export function memoryChangeRecord(chains: StoredChains = new Map()): ChangeRecord {
  const entriesOf = (subject: string): Change[] =>
    [...(chains.get(subject) ?? [])].sort(([a], [b]) => a - b).map(([number, entry]) => readChange(entry, subject, number))
  return {
    async last(subject) {
      const numbers = chains.get(subject)
      if (numbers === undefined) return undefined
      const number = Math.max(...numbers.keys())
      return readChange(numbers.get(number), subject, number)
    },
    async list(subject) {
      return entriesOf(subject)
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
