import { ByteWindow } from './byte-window.ts'
import { CLOSE_ARRAY, CLOSE_OBJECT, Envelopes, memberValue } from './envelopes.ts'
import { afterPrefix } from './prefixed-line.ts'
import { Recovery } from './recovery.ts'
import { INCOMPLETE, isBlank, parseJson, scanElement } from './scan-json.ts'
import { MAX_CHUNK_BYTES, MAX_QUICK_BYTES, MAX_RECORD_BYTES, type OnValue, type SplitProblem } from './split-limits.ts'
import { ValueSeam } from './value-seam.ts'

/**
 * Splits the bytes of one input into JSON values, whatever the chunks. A value of up to 4 MB, more than any record has, is passed on whole. A larger or damaged list is
 * opened, and an object around one: what is in it is taken one at a time by the same rule. So it makes no difference in which envelope records come, nor how
 * large that is; at most one value and one chunk are in memory. Damage goes to `onProblem`, and reading resumes at the next object that looks like a record.
 *
 * Quick paths read nearly all input, and the JSON parser confirms their guess: a whole chunk or line may be one value, and text from the start of
 * one element of a list to what looks like the start of another (the seam) is a list of whole elements where it parses as one.
 */
export class ValueSplitter {
  readonly #onValue: OnValue
  readonly #onProblem: (problem: SplitProblem) => void
  readonly #window = new ByteWindow()
  #mode: 'start' | 'values' | 'lost' | 'given-up' = 'start'
  readonly #open = new Envelopes()
  #hasContent = false
  /** True from a damaged place to the next whole value: brackets that are left over from the damage are not reported again. */
  #isDamaged = false
  /** True where the end of the input is missing, which is already reported. */
  #isCut = false
  /** The quick paths have failed up to this index. */
  #slowUntil = 0
  readonly #seam = new ValueSeam()
  #ordinal = 0
  readonly #recovery = new Recovery()

  constructor(onValue: OnValue, onProblem: (problem: SplitProblem) => void) {
    this.#onValue = onValue
    this.#onProblem = onProblem
  }

  /** The offset of the last byte taken, plus one, and the most bytes that were in memory at once. */
  get extent(): { readonly position: number; readonly largestBytes: number } {
    return { position: this.#window.end, largestBytes: this.#window.largestBytes }
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
    else if (this.#open.closing !== undefined)
      this.#onProblem({ position: this.#window.end, reason: 'the input ends before its list of records is closed' })
  }

  #run(isFinal: boolean): void {
    this.#window.gather()
    this.#seam.forget()
    while (this.#step(isFinal)) {}
    this.#slowUntil = Math.max(0, this.#slowUntil - this.#window.forget())
  }

  /** Takes one step; false where more bytes are needed or none are left. */
  #step(isFinal: boolean): boolean {
    const window = this.#window
    if (this.#mode === 'given-up') window.at = window.bytes.length
    if (window.at >= window.bytes.length) return false
    if (this.#mode === 'start') {
      if (!window.skipByteOrderMark(isFinal)) return false
      this.#mode = 'values'
      this.#takeUpTo(window.bytes.length)
    }
    if (this.#mode === 'lost') return this.#resume(isFinal)
    while (isBlank(window.bytes[window.at])) window.at++
    if (window.at >= window.bytes.length) return false
    this.#hasContent = true
    const byte = window.bytes[window.at] as number
    const closing = this.#open.closing
    if (closing === undefined) return this.#stepTop(byte, isFinal)
    return closing === CLOSE_ARRAY ? this.#stepList(byte, isFinal) : this.#stepMembers(byte, isFinal)
  }

  #stepTop(byte: number, isFinal: boolean): boolean {
    if (byte === 0x7b)
      return this.#takeLine() || this.#enter(this.#open.enterList(this.#window.bytes, this.#window.at)) || this.#takeValue(isFinal)
    if (byte === 0x5b || byte === 0x22)
      return this.#enter(this.#open.enterList(this.#window.bytes, this.#window.at)) || this.#takeValue(isFinal)
    const isLeftOver = byte === 0x2c || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT
    if (!isLeftOver || !this.#isDamaged) return this.#takeAfterPrefix(isFinal)
    this.#window.at++
    return true
  }

  #takeLine(): boolean {
    const { at } = this.#window
    const next = at < this.#slowUntil ? Number.POSITIVE_INFINITY : this.#window.nextLine()
    if (next - at > MAX_QUICK_BYTES) return false
    this.#slowUntil = next
    return this.#takeUpTo(next)
  }

  /** Takes the value that ends before the index, as most files and lines are one. False where it is none, or has to be scanned. */
  #takeUpTo(next: number): boolean {
    const { bytes, at } = this.#window
    let end = next
    while (end > at && isBlank(bytes[end - 1])) end--
    const closing = bytes[at] === 0x7b ? CLOSE_OBJECT : bytes[at] === 0x5b ? CLOSE_ARRAY : -1
    const value = bytes[end - 1] === closing && end - at <= MAX_RECORD_BYTES ? parseJson(bytes, at, end) : undefined
    if (value === undefined) return false
    this.#hasContent = true
    this.#pass(value, at, end)
    this.#window.at = next
    return true
  }

  /** Takes an object that stands behind something else on its line, which is not reported then. */
  #takeAfterPrefix(isFinal: boolean): boolean {
    const { bytes, at } = this.#window
    const lineEnd = Math.min(this.#window.nextLine() - 1, bytes.length)
    if (lineEnd === bytes.length && !isFinal && bytes.length - at <= MAX_QUICK_BYTES) return false
    const found = afterPrefix(bytes, at, lineEnd)
    if (found === undefined) return this.#lose('this is not a JSON object', at)
    if (found.value !== undefined) this.#pass(found.value, found.start, found.end)
    this.#window.at = found.next
    return true
  }

  #stepList(byte: number, isFinal: boolean): boolean {
    if (byte === 0x7b) return this.#takeToSeam() || this.#takeValue(isFinal)
    if (byte !== 0x2c && byte !== CLOSE_ARRAY && byte !== CLOSE_OBJECT) return this.#takeValue(isFinal)
    if (byte === CLOSE_OBJECT) this.#closeEarly('the list of records has no closing bracket')
    this.#window.at++
    if (byte === CLOSE_ARRAY) this.#open.leave()
    return true
  }

  #stepMembers(byte: number, isFinal: boolean): boolean {
    if (byte === 0x22) return this.#takeMember(isFinal)
    if (byte === 0x2c || byte === CLOSE_OBJECT) this.#window.at++
    else this.#closeEarly('the object around the records is not closed')
    if (byte === CLOSE_OBJECT) this.#open.leave()
    return true
  }

  /** Takes the elements up to the next seam, usually one. */
  #takeToSeam(): boolean {
    const { bytes, at } = this.#window
    if (at < this.#slowUntil) return false
    const end = this.#seam.endAfter(this.#window)
    if (end - at > MAX_QUICK_BYTES) return false
    this.#slowUntil = end
    const parsed = parseJson(bytes, at, end, true) as unknown[] | undefined
    if (parsed === undefined) return false
    for (const value of parsed) this.#pass(value, at, at + Math.ceil((end - at) / parsed.length))
    this.#window.at = end
    return true
  }

  #takeMember(isFinal: boolean): boolean {
    const { bytes, at } = this.#window
    const value = memberValue(bytes, at)
    if (value < 0) return this.#lose('the record is broken off or not JSON', -value)
    // A cut end is reported with the end of the input.
    return value !== INCOMPLETE && this.#takeValue(isFinal, value, true)
  }

  #takeValue(isFinal: boolean, start = this.#window.at, isMember = false): boolean {
    const { bytes } = this.#window
    const end = scanElement(bytes, start, isFinal)
    const seen = end === INCOMPLETE ? bytes.length : Math.abs(end)
    const isTooLarge = seen - start > MAX_RECORD_BYTES
    if (end === INCOMPLETE && !isTooLarge && !isFinal) return false
    const value = end > 0 && !isTooLarge ? parseJson(bytes, start, end) : undefined
    if (value !== undefined) this.#pass(value, start, end, isMember)
    else if (this.#enter(this.#open.enter(bytes, start, { seen, isClosed: end > 0 }))) return this.#waste(2 * (seen - start))
    else if (isTooLarge) return this.#lose(`the record is larger than ${MAX_RECORD_BYTES} bytes`, seen)
    else if (end === INCOMPLETE) return this.#lose('the input ends inside this record', seen)
    else if (end < 0) return this.#lose('the record is broken off or not JSON', seen)
    else this.#report(bytes[start] === 0x7b ? 'the record is not valid JSON' : 'the record is not a JSON object')
    this.#window.at = end
    if (bytes[start] === 0x7b && !isMember && this.#open.closing !== undefined) this.#seam.learn(this.#window)
    return true
  }

  /** Goes on inside what was opened; false where nothing was. */
  #enter(at: number): boolean {
    if (at === 0) return false
    this.#window.at = at
    this.#slowUntil = at
    this.#isDamaged = false
    return true
  }

  #closeEarly(reason: string): void {
    if (!this.#isDamaged) this.#onProblem({ position: this.#window.base + this.#window.at, reason })
    this.#isDamaged = true
    this.#open.leaveAll()
    this.#slowUntil = this.#window.at
  }

  /** Gives up the current value; `resume` then looks for the next record. `seen` is the index up to which it was scanned. */
  #lose(reason: string, seen: number): true {
    const { bytes, at } = this.#window
    if (!(this.#isCut && seen === bytes.length)) this.#report(reason)
    this.#recovery.lost(bytes, at, this.#open.closing === CLOSE_ARRAY)
    this.#isDamaged = true
    this.#mode = 'lost'
    this.#window.at++
    return this.#waste(seen - at)
  }

  /** Counts bytes that were looked at in vain, and gives the input up where they are out of all proportion. */
  #waste(bytes: number): true {
    const { at, base } = this.#window
    if (this.#recovery.isHopelessAfter(bytes, base + at)) {
      this.#onProblem({ position: base + at, reason: 'the input is too damaged to read on' })
      this.#isDamaged = true
      this.#mode = 'given-up'
    }
    return true
  }

  #resume(isFinal: boolean): boolean {
    const { bytes, at } = this.#window
    const opening = this.#recovery.find(bytes, at, isFinal)
    this.#window.at = opening.at
    if (opening.kind === 'wait') return false
    if (!this.#recovery.isInList || opening.kind === 'envelope') this.#open.leaveAll()
    this.#mode = 'values'
    this.#slowUntil = opening.at
    return true
  }

  #pass(value: unknown, start: number, end: number, isMember = false): void {
    const place = { position: this.#window.base + start, bytes: end - start, isMember }
    this.#ordinal += this.#onValue(value, place, this.#ordinal)
    if (!isMember) this.#recovery.last = value
  }

  /** Reports a problem with the current value. */
  #report(reason: string): void {
    this.#ordinal++
    this.#onProblem({ position: this.#window.base + this.#window.at, record: this.#ordinal, reason })
  }
}
