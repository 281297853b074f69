/** Text beyond this is compared with what it was expanded from. */
const ALWAYS_BYTES = 256 * 1024 * 1024

/** The most bytes that a byte of the input may become. Logs become ten to forty; gzip can do 1,032, and zstd far more. */
const MAX_RATIO = 300

/** Counts what is read of an input and what it is expanded to, so that a few bytes cannot keep a reader busy for ever. */
export class Expansion {
  readBytes = 0
  #expandedBytes = 0

  /** Passes on what was expanded. Throws `TooLarge` where that is out of all proportion. */
  async *limit(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.#expandedBytes += chunk.length
      if (this.#expandedBytes > ALWAYS_BYTES + MAX_RATIO * this.readBytes) throw new TooLarge()
      yield chunk
    }
  }
}

export class TooLarge extends Error {
  override readonly name = 'TooLarge'
  override readonly message = `it expands to more than ${MAX_RATIO} times its size; the rest is not read`
}

/** Passes on chunks of which the first has at least so many bytes, where there are so many. */
export async function peek(chunks: AsyncGenerator<Buffer>, bytes: number): Promise<{ first: Buffer; all: AsyncGenerator<Buffer> }> {
  let first: Buffer = Buffer.alloc(0)
  while (first.length < bytes) {
    const next = await chunks.next()
    if (next.done === true) break
    first = first.length === 0 ? next.value : Buffer.concat([first, next.value])
  }
  return { first, all: prepend(first, chunks) }
}

async function* prepend(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (first.length > 0) yield first
    yield* rest
  } finally {
    await rest.return(undefined)
  }
}
