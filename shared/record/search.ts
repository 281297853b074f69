import type { Change } from '../domain/change.ts'
import { UnreadableEntry } from '../errors.ts'
import type { ChangeRecord } from '../ports/stores.ts'

/** A search for entries of the record. An empty `text` matches every entry; without a `kind` every kind matches. */
export interface RecordQuery {
  /** Searched in every field, case-insensitively. */
  readonly text: string
  readonly kind?: Change['kind'] | undefined
}

/** The result of a search. */
export interface RecordSearchResult {
  /** Newest first, at most `SearchLimits.found`. */
  readonly changes: readonly Change[]
  /** How many entries were examined, and how many of them matched. */
  readonly examined: number
  readonly matched: number
  /** False when the search stopped at its limit before the end of the record. */
  readonly isComplete: boolean
  /** Subjects of chains with an entry that cannot be parsed; `countersign changes verify` names it. */
  readonly unreadable: readonly string[]
}

/** Limits of a search: entries to examine (a chain is always read whole), and entries to return. */
export interface SearchLimits {
  readonly examined: number
  readonly found: number
}

/** Searches the given chains for entries. Time and memory are bounded by `limits`, whatever the size of the record. */
export async function searchRecord(
  query: RecordQuery,
  subjects: AsyncIterable<string> | Iterable<string>,
  { record, limits }: { record: Pick<ChangeRecord, 'list'>; limits: SearchLimits },
): Promise<RecordSearchResult> {
  const searchText = query.text.trim().toLowerCase()
  const unreadable: string[] = []
  let found: Change[] = []
  let looked = 0
  let fitting = 0
  for await (const subject of subjects) {
    if (looked >= limits.examined)
      return { changes: latest(found, limits.found), examined: looked, matched: fitting, isComplete: false, unreadable }
    const changes = await record.list(subject).catch((cause: unknown) => {
      if (!(cause instanceof UnreadableEntry)) throw cause
      unreadable.push(subject)
      return []
    })
    looked += changes.length
    const matches = changes.filter(
      (change) => (query.kind === undefined || change.kind === query.kind) && textOf(change).includes(searchText),
    )
    fitting += matches.length
    found = latest([...found, ...matches], limits.found)
  }
  return { changes: found, examined: looked, matched: fitting, isComplete: true, unreadable }
}

function latest(changes: readonly Change[], limit: number): Change[] {
  return [...changes].sort((a, b) => (a.at === b.at ? b.number - a.number : a.at < b.at ? 1 : -1)).slice(0, limit)
}

/** Every field of an entry that people read, as one lower-case text. */
function textOf({ subject, at, actor, kind, target, from, to, why, hash }: Change): string {
  return JSON.stringify([subject, at, actor, kind, target, from, to, why, hash]).toLowerCase()
}
