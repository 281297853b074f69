import type { Readable } from 'node:stream'
import { expandGzip } from './expand-gzip.ts'
import { whyUnreadable } from './list-files.ts'

/** Callbacks while a stream is read. */
export interface ReadBytesOptions {
  /** Called with the number of bytes read from disk or pipe, before they are expanded. */
  onBytes(count: number): void
  /** Called where the rest of the input cannot be read; what came before was yielded. */
  onDamage(reason: string): void
}

/** The text of a stream, expanded where it starts with gzip's magic number, whatever the file's name. Its content never makes this throw. */
export async function* readBytes(source: Readable, options: ReadBytesOptions): AsyncGenerator<Buffer> {
  const chunks = readChunks(source, options)
  try {
    let first: Buffer = Buffer.alloc(0)
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
      first = first.length === 0 ? next.value : Buffer.concat([first, next.value])
      if (first.length >= 2) break
    }
    const all = prepend(first, chunks)
    if (first[0] === 0x1f && first[1] === 0x8b) yield* expandGzip(all, options.onDamage)
    else yield* all
  } finally {
    await chunks.return(undefined)
  }
}

async function* readChunks(source: Readable, { onBytes, onDamage }: ReadBytesOptions): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk)
      onBytes(bytes.length)
      yield bytes
    }
  } catch (error) {
    onDamage(whyUnreadable(error))
  }
}

async function* prepend(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield* rest
}
