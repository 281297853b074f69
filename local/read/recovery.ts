import { findOpening, type Opening } from './find-opening.ts'
import { firstKey } from './scan-json.ts'
import { MAX_WASTED_BYTES } from './split-limits.ts'

/** What is known of an input that helps to read on after a damaged place. */
export class Recovery {
  /** The last value before it. */
  last: unknown
  isInList = false
  /** The first key of the records before it. */
  #key: string | undefined
  #wastedBytes = 0

  /** Notes that the value at `at` is damaged. */
  lost(bytes: Buffer, at: number, isInList: boolean): void {
    if (typeof this.last === 'object' && this.last !== null) this.#key = Object.keys(this.last)[0]
    else if (bytes[at] === 0x7b) this.#key ??= firstKey(bytes, at)
    this.last = undefined
    this.isInList = isInList
  }

  /** Finds where reading resumes. */
  find(bytes: Buffer, at: number, isFinal: boolean): Opening {
    return findOpening(bytes, at, { key: this.#key, isInList: this.isInList, isFinal })
  }

  /** Counts bytes that were looked at in vain. True where they are out of all proportion to those that were read. */
  isHopelessAfter(bytes: number, position: number): boolean {
    this.#wastedBytes += bytes
    return this.#wastedBytes > MAX_WASTED_BYTES + 8 * position
  }
}
