import type { Signal } from '../../shared/domain/signal.ts'
import type { Normalised } from '../../shared/sense/normalised.ts'
import type { RecordOrigin } from '../read/read-file.ts'
import { type ParsedColumns, SignalDecoder } from './decode-signals.ts'
import { SignalEncoder } from './encode-signals.ts'
import { ReadRecord } from './read-record.ts'

/** In the place of how many signals a record became: it says nothing of credentials, or could not be read. */
const IGNORED = -1
const UNREADABLE = -2

/** The records of a batch, in the order of time. */
export interface ReadBatch {
  /** How many were read, with those outside the time that was asked for. */
  readonly records: number
  readonly inputs: readonly ReadRecord[]
}

interface ParsedBatch {
  readonly records: number
  readonly signals: ParsedColumns
  /** How many signals each record became, or why it became none. */
  readonly counts: readonly number[]
  /** Why, in the order of the records that became none. */
  readonly reasons: readonly string[]
  /** Where each record was read: the number of its file in `files`, and its number in that. */
  readonly files: readonly string[]
  readonly fileOf: readonly number[]
  readonly recordOf: readonly number[]
}

/** Writes batches of normalised records as JSON: a text is copied from thread to thread at once, while objects cost as much as parsing them. */
export class BatchEncoder {
  readonly #signals: SignalEncoder

  /** `entries`: the most entries of the tables, for tests. */
  constructor(entries?: number) {
    this.#signals = new SignalEncoder(entries)
  }

  encode(records: number, all: readonly { readonly normalised: Normalised; readonly origin: RecordOrigin }[]): string {
    const [counts, fileOf, recordOf]: [number[], number[], number[]] = [[], [], []]
    const reasons: string[] = []
    const files = new Map<string, number>()
    for (const { normalised, origin } of all) {
      if (normalised.kind === 'signals') {
        counts.push(normalised.signals.length)
        for (const signal of normalised.signals) this.#signals.add(signal)
      } else {
        counts.push(normalised.kind === 'ignored' ? IGNORED : UNREADABLE)
        reasons.push(normalised.reason)
      }
      const file = files.get(origin.file) ?? files.size
      if (file === files.size) files.set(origin.file, file)
      fileOf.push(file)
      recordOf.push(origin.record)
    }
    const { isReset, ...lists } = this.#signals.take()
    const signals = Object.entries(lists).map(([name, list]) => `"${name}":${list}`)
    const rest = JSON.stringify({ records, counts, reasons, files: [...files.keys()], fileOf, recordOf })
    return `{"signals":{"isReset":${isReset},${signals.join(',')}},${rest.slice(1)}`
  }
}

/** Reads what a `BatchEncoder` wrote, all batches in their order. */
export class BatchDecoder {
  readonly #signals = new SignalDecoder()

  decode(text: string): ReadBatch {
    const { records, signals, counts, reasons, files, fileOf, recordOf } = JSON.parse(text) as ParsedBatch
    const all = this.#signals.decode(signals)
    let [signal, reason] = [0, 0]
    const take = (count: number): Normalised => {
      if (count === IGNORED) return { kind: 'ignored', reason: reasons[reason++] as string }
      if (count === UNREADABLE) return { kind: 'unreadable', reason: reasons[reason++] as string }
      const taken: readonly Signal[] = all.slice(signal, signal + count)
      signal += count
      return { kind: 'signals', signals: taken }
    }
    const inputs = counts.map((count, at) => {
      const origin = { file: files[fileOf[at] as number] as string, record: recordOf[at] as number }
      return new ReadRecord(take(count), origin)
    })
    return { records, inputs }
  }
}
