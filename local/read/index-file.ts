import type { InputFile } from './list-files.ts'
import type { Entry } from './read-file.ts'
import { type Timed, timed } from './timed.ts'

/** The most bytes of records of one time in a file that is read in its own order: they are sorted by id in memory. */
const MAX_TIE_BYTES = 4 * 1024 * 1024

/** What is known of a file after it was read once. */
export interface IndexedFile {
  readonly file: InputFile
  /** The time of its first record in the order of time; minus infinity where no record says one. */
  readonly first: number
  readonly bytes: number
  /** True where the times of its records never go back. */
  readonly isOrdered: boolean
}

/** Reads a file once for its times. `keep` gets the records, as long as somebody wants them. */
export async function indexFile(
  file: InputFile,
  entries: AsyncIterable<Entry[]>,
  keep: (entries: readonly Timed[]) => void,
): Promise<IndexedFile | undefined> {
  let [first, last, bytes, ties] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0]
  let isOrdered = true
  let count = 0
  for await (const batch of entries) {
    const all = batch.map(timed)
    keep(all)
    for (const entry of all) {
      count += 1
      bytes += entry.bytes
      if (entry.time === Number.NEGATIVE_INFINITY) continue
      ties = entry.time === last ? ties + entry.bytes : entry.bytes
      if (entry.time < last || ties > MAX_TIE_BYTES) isOrdered = false
      first = Math.min(first, entry.time)
      last = Math.max(last, entry.time)
    }
  }
  if (count === 0) return undefined
  return { file, first: first === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : first, bytes, isOrdered }
}
