import { ByteWindow } from './byte-window.ts'
import { findOpening } from './find-opening.ts'
import { parseObject, parseObjects, unwrap } from './parse-records.ts'
import { indexOrEnd, RecordSeam } from './record-seam.ts'
import { ENVELOPE_WINDOW, envelopeLength, firstKey, INCOMPLETE, isBlank, scanElement, scanMembers } from './scan-json.ts'
import { MAX_CHUNK_BYTES, MAX_QUICK_BYTES, MAX_RECORD_BYTES, MAX_WASTED_BYTES, type SplitProblem } from './split-limits.ts'

type Mode = 'start' | 'top' | 'list' | 'tail' | 'lost' | 'given-up'

/**
 * Splits the bytes of one CloudTrail input into parsed records, whatever the chunks.
 *
 * Accepts `{"Records":[…]}`, `{"Events":[…]}` of lookup-events, a list, NDJSON, and objects one after another, in any mix.
 * Records go to `onRecord`, each with its number in the input, from 1. At most one record and one chunk are in memory. Damage goes to `onProblem`, and reading resumes at the
 * next object that can be recognised as a record.
 *
 * Two quick paths read nearly all input, and the JSON parser confirms their guess: a line that parses is one record, and text from the
 * start of one record to what looks like the start of another (the seam) that parses as a list is a list of whole records. Everything
 * else is scanned byte by byte, with the same result.
 */
export class RecordSplitter {
  readonly #onRecord: (record: object, ordinal: number) => void
  readonly #onProblem: (problem: SplitProblem) => void
  readonly #window = new ByteWindow()
  #mode: Mode = 'start'
  #isInList = false
  #isEnvelope = false
  #hasContent = false
  /** True from a damaged place to the next list: brackets that are left over from the damage are not reported again. */
  #isDamaged = false
  /** True where the end of the input is missing, which is already reported. */
  #isCut = false
  /** The quick paths have failed up to this index. */
  #slowUntil = 0
  /** The index of the next line feed in the window; -1 where it was not searched yet. */
  #newlineAt = -1
  readonly #seam = new RecordSeam()
  #ordinal = 0
  #wastedBytes = 0
  #last: object | undefined
  #lastKey: string | undefined

  constructor(onRecord: (record: object, ordinal: number) => void, onProblem: (problem: SplitProblem) => void) {
    this.#onRecord = onRecord
    this.#onProblem = onProblem
  }

  get position(): number {
    return this.#window.end
  }

  get largestBufferedBytes(): number {
    return this.#window.largestBytes
  }

  /** Takes the next chunk. The caller must not change it afterwards. */
  push(chunk: Buffer): void {
    for (let from = 0; from < chunk.length; from += MAX_CHUNK_BYTES) {
      if (this.#window.push(chunk.subarray(from, from + MAX_CHUNK_BYTES))) this.#run(false)
    }
  }

  /** Ends the input. With `isCut`, the missing end is already reported and is not reported again. */
  end(isCut = false): void {
    this.#isCut = isCut
    this.#run(true)
    if (this.#isDamaged || isCut) return
    if (!this.#hasContent) this.#onProblem({ position: 0, reason: 'the input is empty' })
    else if (this.#mode !== 'top')
      this.#onProblem({ position: this.position, reason: 'the input ends before its list of records is closed' })
  }

  #run(isFinal: boolean): void {
    this.#window.gather()
    this.#newlineAt = -1
    this.#seam.forget()
    while (this.#step(isFinal)) {}
    this.#slowUntil = Math.max(0, this.#slowUntil - this.#window.forget())
  }

  /** Takes one step; false where more bytes are needed or none are left. */
  #step(isFinal: boolean): boolean {
    const window = this.#window
    if (this.#mode === 'given-up') window.at = window.bytes.length
    if (window.at >= window.bytes.length) return false
    if (this.#mode === 'start') return this.#start(isFinal)
    if (this.#mode === 'lost') return this.#resume(isFinal)
    while (isBlank(window.bytes[window.at])) window.at++
    if (window.at >= window.bytes.length) return false
    this.#hasContent = true
    if (this.#mode === 'top') return this.#stepTop(isFinal)
    return this.#mode === 'list' ? this.#stepList(isFinal) : this.#stepTail()
  }

  #start(isFinal: boolean): boolean {
    if (!this.#window.skipByteOrderMark(isFinal)) return false
    this.#mode = 'top'
    return true
  }

  #stepTop(isFinal: boolean): boolean {
    const byte = this.#window.bytes[this.#window.at]
    if (byte === 0x7b) return this.#takeLine() || this.#takeObject(isFinal)
    if (byte === 0x5b) return this.#enterList(1, false)
    const isLeftOver = byte === 0x2c || byte === 0x5d || byte === 0x7d
    if (!isLeftOver || !this.#isDamaged) return this.#lose('this is not a JSON object', this.#window.at)
    this.#window.at++
    return true
  }

  #takeLine(): boolean {
    const { bytes, at } = this.#window
    if (at < this.#slowUntil) return false
    if (this.#newlineAt < at) this.#newlineAt = indexOrEnd(bytes.indexOf(0x0a, at))
    const next = this.#newlineAt + 1
    if (next - at > MAX_QUICK_BYTES) return false
    this.#slowUntil = next
    let end = next - 1
    while (isBlank(bytes[end - 1])) end--
    const record = bytes[end - 1] === 0x7d ? parseObject(bytes, at, end) : undefined
    if (record === undefined || 'Records' in record || 'Events' in record) return false
    this.#keep(record)
    this.#window.at = next
    return true
  }

  #takeObject(isFinal: boolean): boolean {
    const { bytes, at } = this.#window
    if (!isFinal && bytes.length - at < ENVELOPE_WINDOW) return false
    const length = envelopeLength(bytes, at)
    return length > 0 ? this.#enterList(length, true) : this.#takeValue(isFinal)
  }

  #enterList(length: number, isEnvelope: boolean): boolean {
    this.#window.at += length
    this.#setMode('list')
    this.#isEnvelope = isEnvelope
    this.#isDamaged = false
    return true
  }

  #stepList(isFinal: boolean): boolean {
    const byte = this.#window.bytes[this.#window.at]
    if (byte === 0x7b) return this.#takeToSeam() || this.#takeValue(isFinal)
    if (byte !== 0x2c && byte !== 0x5d && byte !== 0x7d) return this.#takeValue(isFinal)
    if (byte === 0x7d) this.#closeEarly('the list of records has no closing bracket')
    this.#window.at++
    if (byte === 0x5d) this.#setMode(this.#isEnvelope ? 'tail' : 'top')
    return true
  }

  /** Takes the records up to the next seam, usually one. */
  #takeToSeam(): boolean {
    const { bytes, at } = this.#window
    if (at < this.#slowUntil) return false
    const end = this.#seam.endAfter(this.#window)
    if (end - at > MAX_QUICK_BYTES) return false
    this.#slowUntil = end
    const parsed = parseObjects(bytes, at, end)
    if (parsed === undefined) return false
    for (const record of parsed) this.#onRecord(record, ++this.#ordinal)
    this.#last = parsed.at(-1)
    this.#window.at = end
    return true
  }

  #takeValue(isFinal: boolean): boolean {
    const { bytes, at: start } = this.#window
    const end = scanElement(bytes, start, isFinal)
    if (end < 0) return this.#lose('the record is broken off or not JSON', -end)
    const seen = end === INCOMPLETE ? bytes.length : end
    if (seen - start > MAX_RECORD_BYTES) return this.#lose(`the record is larger than ${MAX_RECORD_BYTES} bytes`, seen)
    if (end === INCOMPLETE) return isFinal && this.#lose('the input ends inside this record', seen)
    const isObject = bytes[start] === 0x7b
    const record = isObject ? parseObject(bytes, start, end) : undefined
    if (record !== undefined) this.#keep(record)
    else this.#report(isObject ? 'the record is not valid JSON' : 'the record is not a JSON object')
    this.#window.at = end
    if (isObject && this.#mode === 'list') this.#seam.learn(this.#window)
    return true
  }

  #stepTail(): boolean {
    const { bytes, at } = this.#window
    const end = scanMembers(bytes, at)
    if (end > 0) {
      this.#window.at = end
      this.#setMode('top')
    } else if (end < 0) this.#closeEarly('the object around the records is not closed')
    else if (bytes.length - at > MAX_RECORD_BYTES) return this.#lose('what follows the records is too large', bytes.length)
    return end !== INCOMPLETE
  }

  #closeEarly(reason: string): void {
    if (!this.#isDamaged) this.#onProblem({ position: this.#window.base + this.#window.at, reason })
    this.#isDamaged = true
    this.#setMode('top')
  }

  #setMode(mode: Mode): void {
    this.#mode = mode
    this.#slowUntil = this.#window.at
  }

  /** Gives up the current value; `resume` then looks for the next record. `seen` is the index up to which it was scanned. */
  #lose(reason: string, seen: number): true {
    const { bytes, at, base } = this.#window
    if (!(this.#isCut && seen === bytes.length)) this.#report(reason)
    if (this.#last !== undefined) this.#lastKey = Object.keys(this.#last)[0]
    else if (bytes[at] === 0x7b) this.#lastKey ??= firstKey(bytes, at)
    this.#last = undefined
    this.#isDamaged = true
    this.#isInList = this.#mode === 'list'
    this.#mode = 'lost'
    this.#window.at++
    this.#wastedBytes += seen - at
    if (this.#wastedBytes > MAX_WASTED_BYTES + 8 * (base + at)) {
      this.#onProblem({ position: base + at, reason: 'the input is too damaged to read on' })
      this.#mode = 'given-up'
    }
    return true
  }

  #resume(isFinal: boolean): boolean {
    const { bytes, at } = this.#window
    const opening = findOpening(bytes, at, { key: this.#lastKey, isInList: this.#isInList, isFinal })
    this.#window.at = opening.at
    if (opening.kind === 'wait') return false
    this.#setMode(this.#isInList && opening.kind === 'record' ? 'list' : 'top')
    return true
  }

  #keep(record: object): void {
    const inner = unwrap(record)
    if (inner === undefined) this.#report('its CloudTrailEvent is not a JSON object')
    else {
      this.#onRecord(inner, ++this.#ordinal)
      this.#last = record
    }
  }

  /** Reports a problem with the current record. */
  #report(reason: string): void {
    this.#ordinal++
    this.#onProblem({ position: this.#window.base + this.#window.at, record: this.#ordinal, reason })
  }
}
