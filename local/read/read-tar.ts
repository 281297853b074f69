import { Readable } from 'node:stream'
import { ReadableStream } from 'node:stream/web'
import { createTarDecoder } from 'modern-tar'
import type { Member } from './read-zip.ts'

/** The files of a TAR archive, one after another: each has to be read to its end before the next. Throws where the archive is damaged. */
export async function* readTar(chunks: AsyncIterable<Buffer>): AsyncGenerator<Member> {
  const source = ReadableStream.from(chunks) as unknown as globalThis.ReadableStream<Uint8Array<ArrayBuffer>>
  const entries = source.pipeThrough(createTarDecoder({ strict: true }) as never) as unknown as AsyncIterable<{
    header: { name: string; type?: string }
    body: ReadableStream<Uint8Array>
  }>
  for await (const { header, body } of entries) {
    if (header.type !== undefined && header.type !== 'file') await body.cancel()
    else yield { name: header.name, chunks: Readable.fromWeb(body) as AsyncIterable<Buffer> }
  }
}
