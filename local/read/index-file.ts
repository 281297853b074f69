import type { InputFile } from './list-files.ts'
import type { Entry } from './read-file.ts'
import { type Timed, timed } from './timed.ts'

/** The most bytes of successive records of one time, or of none, in a file that is read in its own order: they are sorted by id in memory. */
const MAX_TIE_BYTES = 4 * 1024 * 1024

/** What is known of a file after it was read once. */
export interface IndexedFile {
  readonly file: InputFile
  /** The time of its first record in the order of time; minus infinity where no record says one. */
  readonly first: number
  readonly bytes: number
  /** True where the times of its records never go back. */
  readonly isOrdered: boolean
  /** False where only its times were looked for: what is wrong with it is told when it is read. */
  readonly isParsed: boolean
}

/** The times of the records of a file, in the order of the file. */
export class FileTimes {
  count = 0
  #bytes = 0
  #first = Number.POSITIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY
  /** Bytes of the records of the last time. */
  #ties = 0
  /** Bytes of the last records, where they say no time. */
  #untimed = 0
  #isOrdered = true

  /** Adds a record: its time (epoch ms; minus infinity for none), and the bytes of its text. */
  add(time: number, bytes: number): void {
    this.count += 1
    this.#bytes += bytes
    this.#untimed = time === Number.NEGATIVE_INFINITY ? this.#untimed + bytes : 0
    if (this.#untimed > MAX_TIE_BYTES) this.#isOrdered = false
    if (time === Number.NEGATIVE_INFINITY) return
    this.#ties = time === this.#last ? this.#ties + bytes : bytes
    if (time < this.#last || this.#ties > MAX_TIE_BYTES) this.#isOrdered = false
    if (time < this.#first) this.#first = time
    if (time > this.#last) this.#last = time
  }

  of(file: InputFile, isParsed: boolean): IndexedFile | undefined {
    if (this.count === 0) return undefined
    const first = this.#first === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : this.#first
    return { file, first, bytes: this.#bytes, isOrdered: this.#isOrdered, isParsed }
  }
}

/** Reads a file once for its times. `keep` gets the records, as long as somebody wants them. */
export async function indexFile(
  file: InputFile,
  entries: AsyncIterable<Entry[]>,
  keep: (entries: readonly Timed[]) => void,
): Promise<IndexedFile | undefined> {
  const times = new FileTimes()
  for await (const batch of entries) {
    const all = batch.map(timed)
    keep(all)
    for (const { time, bytes } of all) times.add(time, bytes)
  }
  return times.of(file, true)
}
