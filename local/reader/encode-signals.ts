import type { Signal } from '../../shared/domain/signal.ts'
import { exactJson } from './exact-json.ts'
import { MEMBERS, type Member } from './signal-members.ts'

/** The most entries of the tables before both threads begin new ones, and the most text of them. They bound the memory for hostile input. */
const TABLE_ENTRIES = 20_000
const TABLE_CHARACTERS = 16 * 1024 * 1024

/** In the place of a member of `fields`: its value comes with the signal, or it is an empty object. `null` stands for undefined. */
export const OWN = 0
export const EMPTY = 1

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
  /** What repeats of signals: the number of a shape, then the values; those of `shared` by number. */
  readonly newHeads: ListText
  /** The number of the head of each signal, its id and its time. */
  readonly heads: ListText
  readonly ids: ListText
  readonly times: ListText
  /** The values of the members of `fields`, in the order of the signals and of their members. */
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
    const { heads, ids, times, fields } = this.#columns
    const taken: SignalColumns = {
      isReset: this.#isReset,
      newShapes: this.#shapes.takeNew(),
      newShared: this.#shared.takeNew(),
      newHeads: this.#heads.takeNew(),
      heads: listOf(heads),
      ids: JSON.stringify(ids),
      times: listOf(times),
      fields: listOf(fields),
    }
    this.#columns = emptyColumns()
    const tables = [this.#shapes, this.#shared, this.#heads]
    const isFull = tables.some(({ size, characters }) => size > this.#entries || characters > TABLE_CHARACTERS)
    if (isFull) for (const table of tables) table.clear()
    this.#isReset = isFull
    return taken
  }

  #headOf(signal: Signal): number {
    const values: unknown[] = [this.#shapeOf(signal)]
    for (const name in signal) {
      const value = signal[name as Member]
      const way = MEMBERS[name as Member]
      if (way === 'head') values.push(value)
      else if (way === 'row') values.push(OWN)
      else if (way === 'shared') values.push(value === undefined ? undefined : this.#sharedOf(value as object))
      else if (way === 'fields') values.push(value === undefined ? undefined : this.#fieldsOf(value as object))
      else throw new TypeError(`a signal has the member ${name}, which signal-members.ts does not list`)
    }
    // Undefined becomes null in a list of JSON; no member of a signal is null.
    return this.#heads.numberOf(JSON.stringify(values))
  }

  #sharedOf(value: object): number {
    return this.#shared.numberOf(JSON.stringify([this.#shapeOf(value), ...Object.values(value)]))
  }

  #shapeOf(value: object): number {
    return this.#shapes.numberOf(JSON.stringify(Object.keys(value)))
  }

  #fieldsOf(value: object): number {
    if (!Array.isArray(value) && isEmpty(value)) return EMPTY
    this.#columns.fields.push(exactJson(value))
    return OWN
  }
}

/** Numbers and texts of JSON as a list. */
function listOf(entries: readonly (string | number)[]): ListText {
  return `[${entries.join(',')}]`
}

function isEmpty(value: object): boolean {
  for (const _ in value) return false
  return true
}

function emptyColumns(): { heads: number[]; ids: string[]; times: number[]; fields: string[] } {
  return { heads: [], ids: [], times: [], fields: [] }
}
