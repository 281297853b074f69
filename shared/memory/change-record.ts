import type { Change } from '../domain/change.ts'
import type { ChangeRecord } from '../ports/stores.ts'

/** The record in memory. Entries are stored as text, as in the table, so that no caller can change one by reference. */
export function memoryChangeRecord(): ChangeRecord {
  const chains = new Map<string, Map<number, string>>()
  const entriesOf = (subject: string): Change[] =>
    [...(chains.get(subject) ?? [])].sort(([a], [b]) => a - b).map(([, entry]) => JSON.parse(entry))
  return {
    async last(subject) {
      const numbers = chains.get(subject)
      return numbers === undefined ? undefined : JSON.parse(numbers.get(Math.max(...numbers.keys())) as string)
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
