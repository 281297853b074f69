import type { Signal } from '../../shared/domain/signal.ts'
import { exactJson } from '../read/exact-json.ts'
import { MEMBERS, type Member } from './signal-members.ts'

/** The most entries of the tables before both threads begin new ones, and the most text of them. They bound the memory for hostile input. */
const TABLE_ENTRIES = 20_000
const TABLE_CHARACTERS = 16 * 1024 * 1024

/** In a head, in the place of a member of another way: it comes with the signal, or it is an empty object. `null` stands for undefined. */
export const OWN = 0
const EMPTY = 1

/** JSON that is a list, of the entries that are new in it. */
type ListText = string

/** The signals of a batch. What begins with `new` are entries of the tables, which number on from those before. */
export interface SignalColumns {
  /** True where the tables begin anew with this batch. */
  readonly isReset: boolean
  /** Lists of the names of members, in their order. */
  readonly newShapes: ListText
  /** Objects that repeat: the number of a shape, then the values. */
  readonly newShared: ListText
  /** The members of `head`: the number of a shape, then the values. */
  readonly newHeads: ListText
  /** The number of the head of each signal, its id and its time. */
  readonly heads: ListText
  readonly ids: ListText
  readonly times: ListText
  /** The numbers of the members of `shared`, in the order of the signals and of their members; those of `fields` as they are. */
  readonly shared: ListText
  readonly fields: ListText
}

/** Entries by their text. An entry is sent once, with the batch in which it first comes, and is a number from then on. */
class Table {
  readonly #numbers = new Map<string, number>()
  #isNew: string[] = []
  characters = 0

  get size(): number {
    return this.#numbers.size
  }

  numberOf(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    const number = this.#numbers.size
    this.#numbers.set(text, number)
    this.#isNew.push(text)
    this.characters += text.length
    return number
  }

  takeNew(): ListText {
    const text = listOf(this.#isNew)
    this.#isNew = []
    return text
  }

  clear(): void {
    this.#numbers.clear()
    this.#isNew = []
    this.characters = 0
  }
}

/** Writes signals as columns, for the other thread. A `SignalDecoder` reads all its batches, in their order. */
export class SignalEncoder {
  readonly #shapes = new Table()
  /** The last shape of each kind of object, and the last object of `shared` by its first value, since most come again: comparing takes less than writing. */
  readonly #lastShapes = new Map<string, { readonly names: readonly string[]; readonly number: number }>()
  readonly #lastShared = new Map<unknown, { readonly shape: number; readonly values: readonly unknown[]; readonly number: number }>()
  readonly #shared = new Table()
  readonly #heads = new Table()
  readonly #entries: number
  #isReset = true
  #columns = emptyColumns()

  /** `entries` is for tests. */
  constructor(entries = TABLE_ENTRIES) {
    this.#entries = entries
  }

  add(signal: Signal): void {
    const { heads, ids, times } = this.#columns
    heads.push(this.#headOf(signal))
    ids.push(signal.id)
    times.push(signal.time)
  }

  /** What was added since the last call. */
  take(): SignalColumns {
    const { heads, ids, times, shared, fields } = this.#columns
    const taken: SignalColumns = {
      isReset: this.#isReset,
      newShapes: this.#shapes.takeNew(),
      newShared: this.#shared.takeNew(),
      newHeads: this.#heads.takeNew(),
      heads: listOf(heads),
      ids: JSON.stringify(ids),
      times: listOf(times),
      shared: listOf(shared),
      fields: listOf(fields),
    }
    this.#columns = emptyColumns()
    const tables = [this.#shapes, this.#shared, this.#heads]
    const isFull = tables.some(({ size, characters }) => size > this.#entries || characters > TABLE_CHARACTERS)
    if (isFull) {
      for (const table of tables) table.clear()
      this.#lastShapes.clear()
      this.#lastShared.clear()
    }
    this.#isReset = isFull
    return taken
  }

  #headOf(signal: Signal): number {
    const values: unknown[] = [this.#shapeOf('signal', signal)]
    for (const name in signal) {
      const value = signal[name as Member]
      const way = MEMBERS[name as Member]
      if (way === 'head') values.push(value)
      else if (way === 'row') values.push(OWN)
      else if (way === 'shared') values.push(value === undefined ? undefined : this.#addShared(name, value as object))
      else if (way === 'fields') values.push(value === undefined ? undefined : this.#addFields(value as object))
      else throw new TypeError(`a signal has the member ${name}, which signal-members.ts does not list`)
    }
    // Undefined becomes null in a list of JSON; no member of a signal is null.
    return this.#heads.numberOf(JSON.stringify(values))
  }

  #addShared(name: string, value: object): typeof OWN {
    const shape = this.#shapeOf(name, value)
    const values: readonly unknown[] = Object.values(value)
    let known = this.#lastShared.get(values[0])
    if (known === undefined || known.shape !== shape || !isSame(known.values, values)) {
      known = { shape, values, number: this.#shared.numberOf(JSON.stringify([shape, ...values])) }
      this.#lastShared.set(values[0], known)
    }
    this.#columns.shared.push(known.number)
    return OWN
  }

  #shapeOf(kind: string, value: object): number {
    const last = this.#lastShapes.get(kind)
    const names = Object.keys(value)
    if (last !== undefined && isSame(last.names, names)) return last.number
    const number = this.#shapes.numberOf(JSON.stringify(names))
    this.#lastShapes.set(kind, { names, number })
    return number
  }

  #addFields(value: object): typeof OWN | typeof EMPTY {
    if (!Array.isArray(value) && isEmpty(value)) return EMPTY
    this.#columns.fields.push(exactJson(value))
    return OWN
  }
}

/** Numbers and texts of JSON as a list. */
function listOf(entries: readonly (string | number)[]): ListText {
  return `[${entries.join(',')}]`
}

function isSame(values: readonly unknown[], others: readonly unknown[]): boolean {
  if (values.length !== others.length) return false
  for (let at = 0; at < values.length; at++) if (values[at] !== others[at]) return false
  return true
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false
  return true
}

function emptyColumns(): { heads: number[]; ids: string[]; times: number[]; shared: number[]; fields: string[] } {
  return { heads: [], ids: [], times: [], shared: [], fields: [] }
}
