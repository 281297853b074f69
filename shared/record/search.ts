import type { Change } from '../domain/change.ts'
import { UnreadableEntry } from '../errors.ts'
import type { ChangeRecord } from '../ports/stores.ts'

/** What is searched for. An empty `text` is in every entry; without a `kind` every kind counts. */
export interface RecordQuery {
  /** Looked for in every field, whatever its case. */
  readonly text: string
  readonly kind?: Change['kind'] | undefined
}

export interface RecordSearchResult {
  /** The latest first. */
  readonly changes: readonly Change[]
  /** How many entries were looked at, and how many of them fit. */
  readonly examined: number
  readonly matched: number
  /** False where the search ended before the record did. */
  readonly isComplete: boolean
  /** Chains with an entry that cannot be read: what \`changes verify\` is for. */
  readonly unreadable: readonly string[]
}

/** Bounds of a search: how many entries are looked at, and how many are answered. */
export interface SearchLimits {
  readonly examined: number
  readonly found: number
}

/** Searches chains for entries, bounded in time and memory whatever the size of the record. */
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

/** All of an entry that people read, as one lower-case text. */
function textOf({ subject, at, actor, kind, target, from, to, why, hash }: Change): string {
  return JSON.stringify([subject, at, actor, kind, target, from, to, why, hash]).toLowerCase()
}
