import type { Change } from '../domain/change.ts'
import type { ChangeRecord } from '../ports.ts'

/** The record in memory. Entries are kept as text, as a table would, so that nobody can change one by reference. */
export function memoryChangeRecord(): ChangeRecord {
  const chains = new Map<string, string[]>()
  const read = (entry: string | undefined): Change | undefined => (entry === undefined ? undefined : JSON.parse(entry))
  return {
    async last(subject) {
      return read(chains.get(subject)?.at(-1))
    },
    async list(subject) {
      return (chains.get(subject) ?? []).map((entry) => JSON.parse(entry))
    },
    async append(change) {
      const entries = chains.get(change.subject) ?? []
      if (change.number !== entries.length + 1) return false
      chains.set(change.subject, [...entries, JSON.stringify(change)])
      return true
    },
    async *subjects() {
      yield* chains.keys()
    },
  }
}
