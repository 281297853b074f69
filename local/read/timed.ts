import { timeOf } from '../../shared/domain/record-time.ts'
import { type Fields, isFields, textOf } from '../../shared/sense/fields.ts'
import type { Entry } from './read-file.ts'
import { reportTime } from './report-in.ts'

/** An entry and its place in the order of time. */
export interface Timed extends Entry {
  /** Epoch milliseconds; minus infinity where the record says none, since nothing depends on where that comes. */
  readonly time: number
  readonly id: string
}

/** The time of a record or of a report, in whatever envelope, epoch milliseconds; undefined where it says none. That of its signal. */
export function timeIn(outer: Fields): number | undefined {
  const inner = recordIn(outer)
  return timeOf(inner.eventTime) ?? reportTime(inner) ?? timeOf(outer.time)
}

export function timed({ record, origin, bytes }: Entry): Timed {
  const outer = record as Fields
  const inner = recordIn(outer)
  const time = timeIn(outer) ?? Number.NEGATIVE_INFINITY
  return { record, origin, bytes, time, id: textOf(inner.eventID) ?? textOf(outer.id) ?? '' }
}

/** The text of entries, in bytes. */
export function bytesOf(entries: readonly Timed[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, 0)
}

/**
 * The order of time. Records of the same time come in the order of their ids, and without those in the order of their text: so the order never depends on where they
 * were read.
 */
export function compareTimed(a: Timed, b: Timed): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1
  if (a.id !== b.id) return a.id < b.id ? -1 : 1
  if (a.record === b.record) return 0
  const [x, y] = [textOfRecord(a.record), textOfRecord(b.record)]
  return x < y ? -1 : x > y ? 1 : 0
}

/** The record in an event of EventBridge; a record itself. */
function recordIn(outer: Fields): Fields {
  return isFields(outer.detail) && outer.eventName === undefined ? outer.detail : outer
}

/**
 * The JSON of a record, in whatever envelope, in the order of its fields' names; empty where it is nested too deeply for one. Written once, however often the record is
 * compared.
 */
function textOfRecord(record: object): string {
  const known = TEXTS.get(record)
  if (known !== undefined) return known
  let text = ''
  try {
    text = JSON.stringify(recordIn(record as Fields), sorted)
  } catch {}
  TEXTS.set(record, text)
  return text
}

const TEXTS = new WeakMap<object, string>()

function sorted(_: string, value: unknown): unknown {
  return isFields(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value
}
