import { compareTimed, type Timed } from './timed.ts'

/** Entries in the order of time, some at a time. */
export interface Cursor {
  items: readonly Timed[]
  /** The index in `items` of the next entry. */
  at: number
  /** The next items; undefined at the end. What is in memory as a whole has none. */
  readonly refill?: () => Promise<readonly Timed[] | undefined>
  /** How often what it holds was merged before; files count 0. */
  readonly level: number
}

/** Entries that are taken at a time where all are. */
const TAKEN = 1000

/** The text from which on no more is taken at a time: hostile records have up to 4 MB each, where CloudTrail's have a kilobyte. */
export const TAKEN_BYTES = 16 * 1024 * 1024

/** Merges cursors into one order: a binary heap by their next entries. Cursors may be added while it runs. */
export class Merge {
  readonly #heap: Cursor[] = []

  get cursors(): readonly Cursor[] {
    return this.#heap
  }

  /** The next entry; undefined at the end. */
  get head(): Timed | undefined {
    const [first] = this.#heap
    return first?.items[first.at]
  }

  async add(cursor: Cursor): Promise<void> {
    if (!(await hasNext(cursor))) return
    this.#heap.push(cursor)
    for (let at = this.#heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!this.#isBefore(at, parent)) return
      this.#swap(at, parent)
      at = parent
    }
  }

  /** Takes cursors out, with what they have left. */
  remove(taken: ReadonlySet<Cursor>): void {
    const kept = this.#heap.filter((cursor) => !taken.has(cursor))
    this.#heap.splice(0, this.#heap.length, ...kept)
    for (let at = this.#heap.length >> 1; at >= 0; at--) this.#sink(at)
  }

  /** Takes the next entries, at most `count` and some 16 MB, and only those from before a time (epoch ms). Empty at the end, or where the next entry is later. */
  async take(count: number, before = Number.POSITIVE_INFINITY): Promise<readonly Timed[]> {
    const taken: Timed[] = []
    let bytes = 0
    while (taken.length < count && bytes < TAKEN_BYTES) {
      const [first] = this.#heap
      if (first === undefined) break
      const isAlone = this.#heap.length === 1
      do {
        const entry = first.items[first.at] as Timed
        if (entry.time >= before) return taken
        first.at++
        taken.push(entry)
        bytes += entry.bytes
      } while (isAlone && taken.length < count && bytes < TAKEN_BYTES && first.at < first.items.length)
      if (first.at >= first.items.length && !(await hasNext(first))) {
        const last = this.#heap.pop() as Cursor
        if (last !== first) this.#heap[0] = last
      }
      if (!isAlone) this.#sink(0)
    }
    return taken
  }

  /** Takes all entries that are left. */
  async *rest(): AsyncGenerator<Timed> {
    for (let taken = await this.take(TAKEN); taken.length > 0; taken = await this.take(TAKEN)) yield* taken
  }

  #sink(from: number): void {
    for (let at = from; ; ) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < this.#heap.length && this.#isBefore(child, least)) least = child
      if (least === at) return
      this.#swap(at, least)
      at = least
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a] as Cursor, this.#heap[b] as Cursor]
    return compareTimed(x.items[x.at] as Timed, y.items[y.at] as Timed) < 0
  }

  #swap(a: number, b: number): void {
    const cursor = this.#heap[a] as Cursor
    this.#heap[a] = this.#heap[b] as Cursor
    this.#heap[b] = cursor
  }
}

async function hasNext(cursor: Cursor): Promise<boolean> {
  while (cursor.at >= cursor.items.length) {
    const items = await cursor.refill?.()
    if (items === undefined) return false
    cursor.items = items
    cursor.at = 0
  }
  return true
}
