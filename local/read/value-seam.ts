import { type ByteWindow, indexOrEnd } from './byte-window.ts'
import { FIRST_KEY_WINDOW } from './scan-json.ts'

/** The least distance between two changes of the seam. Each costs a search of the window, and hostile input could force one per record. */
const LEARN_EVERY_BYTES = 16 * 1024

/** The bytes between two elements of a list, as CloudTrail writes them. */
const USUAL = Buffer.from('},{"eventVersion"')

/** The bytes between two elements of a list. They are learned from the input where they are not the usual ones. */
export class ValueSeam {
  #bytes: Buffer = USUAL
  /** The index of the next seam in the window; -1 where it was not searched yet, infinite where there is none. */
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

  /** Takes the bytes after the last record as the new seam. */
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
