import { statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { inOwnOrder } from './in-own-order.ts'
import { inWindow } from './in-window.ts'
import { type IndexedFile, indexFile } from './index-file.ts'
import { lineTimes } from './line-times.ts'
import type { InputFile } from './list-files.ts'
import { Merge, TAKEN_BYTES } from './merge.ts'
import { isRegular } from './open-input.ts'
import { type ReadOptions, type RecordOrigin, readFile } from './read-file.ts'
import { filesOf } from './read-records.ts'
import { Scratch } from './scratch.ts'
import { writeRun } from './sorted-run.ts'
import { bytesOf, compareTimed, type Timed, timed } from './timed.ts'

const BATCH_RECORDS = 1000

/** The most text of records that are held to be sorted. Parsed, they take about four times as much. */
const HELD_BYTES = 32 * 1024 * 1024

/** The records of larger files may not be kept, compressed or not, so their times are looked for without parsing. */
const PARSED_BYTES = 4 * 1024 * 1024

/** The most files that are read at the same time; more are merged in passes. Ordered files up to this part of what is held are read whole, as the others. */
const [OPEN_FILES, SMALL_PART] = [32, 16]

/** How far the reading is: files are read for their times, or records were taken by who asked for them. Counted from the beginning of each. */
export type ReadProgress =
  | { readonly kind: 'indexing'; readonly records: number }
  /** `allBytes`: the text of all records; undefined where standard input or a pipe is read. */
  | { readonly kind: 'taken'; readonly records: number; readonly bytes: number; readonly allBytes: number | undefined }

/** Options of `readInTimeOrder`. The limits are for tests. */
export interface TimeOrderOptions extends ReadOptions {
  onProgress?(progress: ReadProgress): void
  /** Is told where each record of a batch was read, before the batch is returned. */
  readonly origins?: Map<object, RecordOrigin>
  /** Called with how many records of a stream came later than could be waited for. */
  onLate?(count: number): void
  readonly heldBytes?: number
  readonly openFiles?: number
  /** The largest file that is parsed for its times; those of a larger one are looked for in its lines. */
  readonly parsedBytes?: number
  /** The folder in which a temporary one is made. */
  readonly temporary?: string
}

/**
 * Reads records in the order of their times, in batches of up to 1,000 and some 16 MB of text, whatever the files they lie in: each file is read once for its times and once for its records. What is not in
 * order in itself is sorted, on disk where it is large; the files are merged. Where all records fit into memory, they are read once.
 *
 * Standard input and pipes are read once, and sorted as far as the memory for it goes.
 *
 * Where `signal` ends the reading, what was read of standard input and pipes alone is still returned; of files, no more than the batch that was begun.
 */
export async function* readInTimeOrder(paths: readonly string[], options: TimeOrderOptions): AsyncGenerator<object[]> {
  const scratch = new Scratch(options.temporary)
  const order = new TimeOrder(options, scratch)
  try {
    for (const file of filesOf(paths, options)) {
      await order.index(file)
      // A signal of the system comes in a turn of the event loop, and small files are read without one.
      await setImmediate()
    }
    let batch: object[] = []
    let [records, bytes, batchBytes] = [0, 0, 0]
    const tell = () => options.onProgress?.({ kind: 'taken', records, bytes, allBytes: order.allBytes })
    tell()
    let latest = Number.NEGATIVE_INFINITY
    let late = 0
    for await (const entries of order.entries()) {
      if (order.isStopped) break
      for (const { record, origin, time, bytes: length } of entries) {
        if (time < latest && time !== Number.NEGATIVE_INFINITY) late += 1
        else if (time > latest) latest = time
        options.origins?.set(record, origin)
        batch.push(record)
        bytes += length
        batchBytes += length
      }
      if (batch.length < BATCH_RECORDS && batchBytes < TAKEN_BYTES) continue
      yield batch
      records += batch.length
      batch = []
      batchBytes = 0
      tell()
      await setImmediate()
    }
    if (batch.length > 0) yield batch
    if (late > 0) options.onLate?.(late)
  } finally {
    scratch.remove()
  }
}

class TimeOrder {
  readonly #options: TimeOrderOptions
  readonly #scratch: Scratch
  readonly #heldBytes: number
  readonly #merge = new Merge()
  readonly #files: IndexedFile[] = []
  readonly #streams: InputFile[] = []
  /** All records, as long as they are few. */
  #kept: Timed[] | undefined = []
  #keptBytes = 0
  /** The text of what is in memory of the cursors without a file. */
  #memoryBytes = 0
  #hasFiles = false
  #indexedRecords = 0
  #indexedBytes = 0

  constructor(options: TimeOrderOptions, scratch: Scratch) {
    // What the end of the reading cut off is no damage.
    const onProblem: ReadOptions['onProblem'] = (problem) => options.signal?.aborted !== true && options.onProblem(problem)
    this.#options = { ...options, onProblem }
    this.#scratch = scratch
    this.#heldBytes = options.heldBytes ?? HELD_BYTES
  }

  /** True where the reading of files was ended. */
  get isStopped(): boolean {
    return this.#options.signal?.aborted === true && this.#hasFiles
  }

  get allBytes(): number | undefined {
    return this.#streams.length > 0 ? undefined : this.#indexedBytes
  }

  /** Learns the times of a file. */
  async index(file: InputFile): Promise<void> {
    if (file.path === '-' || !isRegular(file.path)) {
      this.#streams.push(file)
      return
    }
    this.#hasFiles = true
    if (this.isStopped) return
    const looked = await this.#lineTimes(file)
    if (looked !== undefined) this.#kept = undefined
    const indexed = looked ?? (await indexFile(file, readFile(file, this.#scratch, this.#options), (entries) => this.#keep(entries)))
    if (indexed === undefined) return
    this.#files.push(indexed)
    this.#indexedBytes += indexed.bytes
  }

  async #lineTimes(file: InputFile): Promise<IndexedFile | undefined> {
    if (statSync(file.path).size <= (this.#options.parsedBytes ?? PARSED_BYTES)) return undefined
    const before = this.#indexedRecords
    const looked = await lineTimes(file, this.#scratch, { ...this.#options, onLines: (count) => this.#tellIndexed(count) })
    if (looked === undefined) this.#indexedRecords = before
    return looked
  }

  #tellIndexed(count: number): void {
    this.#indexedRecords += count
    this.#options.onProgress?.({ kind: 'indexing', records: this.#indexedRecords })
  }

  #keep(entries: readonly Timed[]): void {
    this.#tellIndexed(entries.length)
    if (this.#kept === undefined) return
    for (const entry of entries) {
      this.#keptBytes += entry.bytes
      this.#kept.push(entry)
    }
    if (this.#keptBytes > this.#heldBytes) this.#kept = undefined
  }

  /** All entries in the order of time, in pieces that fill batches of 1,000 or 16 MB. */
  async *entries(): AsyncGenerator<readonly Timed[]> {
    if (this.#kept !== undefined) await this.#merge.add({ items: this.#kept.sort(compareTimed), at: 0, level: 0 })
    const waiting = this.#kept === undefined ? this.#files.sort((a, b) => b.first - a.first) : []
    this.#kept = undefined
    for (const file of this.#streams)
      await this.#merge.add({ items: [], at: 0, level: 0, refill: inWindow(readFile(file, this.#scratch, this.#options), this.#heldBytes) })
    for (let [missing, room] = [BATCH_RECORDS, TAKEN_BYTES]; ; ) {
      const head = this.#merge.head
      const next = waiting.at(-1)
      if (next !== undefined && (head === undefined || next.first <= head.time)) {
        waiting.pop()
        await this.#begin(next)
        continue
      }
      const entries = await this.#merge.take(missing, next?.first)
      if (entries.length === 0) return
      missing -= entries.length
      room -= bytesOf(entries)
      if (missing === 0 || room <= 0) [missing, room] = [BATCH_RECORDS, TAKEN_BYTES]
      yield entries
    }
  }

  /** Begins to merge a file of which the time has come. */
  async #begin({ isOrdered, ...file }: IndexedFile): Promise<void> {
    if (isOrdered && file.bytes > this.#heldBytes / SMALL_PART) {
      await this.#merge.add({ items: [], at: 0, level: 0, refill: inOwnOrder(this.#again(file)) })
      await this.#mergeSome()
      return
    }
    let held: Timed[] = []
    for await (const entries of this.#again(file)) {
      for (const entry of entries) {
        held.push(timed(entry))
        this.#memoryBytes += entry.bytes
      }
      if (this.#memoryBytes > this.#heldBytes && (await this.#spill(held))) held = []
    }
    if (held.length > 0) await this.#merge.add({ items: held.sort(compareTimed), at: 0, level: 0 })
  }

  /** Reads a file again. What is wrong with it was told the first time, where it was parsed then. */
  #again({ file, isParsed }: Pick<IndexedFile, 'file' | 'isParsed'>) {
    if (!isParsed) return readFile(file, this.#scratch, this.#options)
    const { recordOf, signal } = this.#options
    const known = { ...(recordOf === undefined ? {} : { recordOf }), ...(signal === undefined ? {} : { signal }) }
    return readFile(file, this.#scratch, { onProblem: () => {}, ...known })
  }

  /** Writes what is held in memory to disk, in order; false where enough of it was passed on meanwhile. */
  async #spill(held: readonly Timed[]): Promise<boolean> {
    const inMemory = this.#merge.cursors.filter(({ refill }) => refill === undefined)
    const rest = inMemory.flatMap(({ items, at }) => items.slice(at))
    this.#memoryBytes = bytesOf(rest) + bytesOf(held)
    if (this.#memoryBytes <= this.#heldBytes >> 1) return false
    this.#merge.remove(new Set(inMemory))
    await this.#merge.add(await writeRun([...rest, ...held].sort(compareTimed), this.#scratch, 1))
    this.#memoryBytes = 0
    await this.#mergeSome()
    return true
  }

  /** Merges files that are open into one, where there are too many: those that were merged least. */
  async #mergeSome(): Promise<void> {
    const limit = this.#options.openFiles ?? OPEN_FILES
    const open = this.#merge.cursors.filter(({ refill }) => refill !== undefined)
    if (open.length <= limit) return
    const least = open.sort((a, b) => a.level - b.level).slice(0, Math.max(2, limit >> 1))
    this.#merge.remove(new Set(least))
    const merge = new Merge()
    for (const cursor of least) await merge.add(cursor)
    await this.#merge.add(await writeRun(merge.rest(), this.#scratch, 1 + Math.max(...least.map(({ level }) => level))))
  }
}
