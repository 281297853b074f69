const NOTHING: Buffer = Buffer.alloc(0)

/** The bytes of a stream that are not processed yet, as one buffer with a position in it. Memory is what is kept plus one chunk. */
export class ByteWindow {
  bytes: Buffer = NOTHING
  /** The index in `bytes` of the next byte to look at. */
  at = 0
  /** The offset in the stream of `bytes[0]`. */
  base = 0
  /** The most bytes that were in memory at once. */
  largestBytes = 0

  #waiting: Buffer[] = []
  #keptBytes = 0
  #neededBytes = 1
  /** The index of the next line feed; -1 where it was not searched yet. */
  #newlineAt = -1

  /** The offset in the stream of the last byte taken, plus one. */
  get end(): number {
    return this.base + this.#keptBytes
  }

  /** Takes a chunk. Returns true when there are enough new bytes to try again. */
  push(chunk: Buffer): boolean {
    this.#waiting.push(chunk)
    this.#keptBytes += chunk.length
    return this.#keptBytes >= this.#neededBytes
  }

  /** Puts the chunks taken since `forget` into `bytes`. */
  gather(): void {
    const [only] = this.#waiting
    if (this.bytes.length === 0 && this.#waiting.length === 1 && only) this.bytes = only
    else if (this.#waiting.length > 0) this.bytes = Buffer.concat([this.bytes, ...this.#waiting])
    this.#waiting = []
    this.#newlineAt = -1
    this.largestBytes = Math.max(this.largestBytes, this.bytes.length)
  }

  /** The index of the first byte of the next line, or infinity. */
  nextLine(): number {
    if (this.#newlineAt < this.at) this.#newlineAt = indexOrEnd(this.bytes.indexOf(0x0a, this.at))
    return this.#newlineAt + 1
  }

  /** Drops the bytes before `at` and returns their number. */
  forget(): number {
    const count = this.at
    this.bytes = this.bytes.subarray(count)
    this.base += count
    this.at = 0
    this.#keptBytes = this.bytes.length
    // The next attempt needs half as much again, so that small chunks cost no more than large ones.
    this.#neededBytes = this.#keptBytes + Math.max(1, this.#keptBytes >> 1)
    return count
  }

  /** Steps over a byte order mark at the start of the input. False where more bytes are needed to tell. */
  skipByteOrderMark(isFinal: boolean): boolean {
    if (this.bytes.length < BYTE_ORDER_MARK.length && !isFinal) return false
    if (this.bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)) this.at = BYTE_ORDER_MARK.length
    return true
  }
}

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/** The index of a search, or infinity where nothing was found. */
export function indexOrEnd(index: number): number {
  return index < 0 ? Number.POSITIVE_INFINITY : index
}
