import type { ByteWindow } from './byte-window.ts'
import { FIRST_KEY_WINDOW } from './scan-json.ts'

/** A new seam costs a search of the bytes at hand, so input whose records all start differently may not have one each time. */
const LEARN_EVERY_BYTES = 16 * 1024

/** What stands between two records of a list, as CloudTrail writes it. */
const USUAL = Buffer.from('},{"eventVersion"')

/** The bytes between two records of a list. They are learned from the input where they are not the usual ones. */
export class RecordSeam {
  #bytes: Buffer = USUAL
  /** Where the next seam is in the window, as far as it was looked for; infinite where there is none. */
  #at = -1
  #learnFrom = 0

  /** Forgets where the next seam is: the window has changed. */
  forget(): void {
    this.#at = -1
  }

  /** The index of the byte that ends the record before the next seam, or infinity. */
  endAfter({ bytes, at }: ByteWindow): number {
    if (this.#at < at) this.#at = indexOrEnd(bytes.indexOf(this.#bytes, at))
    return this.#at + 1
  }

  /** Learns the seam that follows the record that was read last. */
  learn({ bytes, at, base }: ByteWindow): void {
    if (base + at < this.#learnFrom) return
    const text = /^\}\s*,\s*\{\s*"[^"\\]*"/.exec(bytes.toString('latin1', at - 1, at + FIRST_KEY_WINDOW))?.[0]
    const seam = Buffer.from(text ?? '', 'latin1')
    if (text === undefined || this.#bytes.equals(seam)) return
    this.#bytes = seam
    this.#at = -1
    this.#learnFrom = base + at + LEARN_EVERY_BYTES
  }
}

/** An index of a search, with infinity in the place of "not found". */
export function indexOrEnd(index: number): number {
  return index < 0 ? Number.POSITIVE_INFINITY : index
}
