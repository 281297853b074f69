import { closeSync, fstatSync, read, writeSync } from 'node:fs'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { expandGzip } from './expand-gzip.ts'
import { expandZstd } from './expand-zstd.ts'
import { type Expansion, peek, TooLarge } from './limited.ts'
import { packedForm } from './packed-form.ts'
import type { Member } from './read-zip.ts'
import type { Scratch } from './scratch.ts'
import { asJson } from './text-form.ts'

/** The deepest that archives and compressed files lie in one another. */
const MAX_DEPTH = 5

/** Files up to this size are expanded in one piece: a stream costs about 1 ms per file, more than everything else. */
const MAX_WHOLE_BYTES = 4 * 1024 * 1024

/** The most that is written to disk of an archive in an archive, or of one that comes as a stream. */
const MAX_SPOOLED_BYTES = 16 * 1024 * 1024 * 1024

/** One text of an input: a file, or a file in an archive. */
export interface Part {
  /** The file, and where it is in an archive its name in it. */
  readonly name: string
  readonly isInArchive: boolean
  readonly chunks: AsyncGenerator<Buffer>
}

export interface ExpandPorts {
  readonly expansion: Expansion
  readonly scratch: Scratch
  /** Called where the rest of the current part cannot be read; what came before was yielded. */
  onDamage(reason: string): void
}

/** The bytes of an input. `fd` is set where the system can read them in any order, `isWhole` where the first chunk is all. */
interface Bytes extends Part {
  readonly fd?: number
  readonly isWhole?: boolean
}

/**
 * The texts of an input as JSON, whatever it is compressed, packed or encoded with; its first bytes decide, whatever its name. Each has to be read before the next. No
 * content makes this throw.
 */
export async function* partsOf(input: Bytes, ports: ExpandPorts, depth = 0): AsyncGenerator<Part> {
  const { first, all } = await peek(input.chunks, 512)
  const inside = (chunks: AsyncIterable<Buffer>): Part => ({ ...part(input), chunks: guarded(chunks, ports) })
  const form = packedForm(first)
  if (form !== undefined && depth >= MAX_DEPTH) return ports.onDamage('it is compressed or packed too many times')
  switch (form) {
    case undefined:
      return yield { ...input, chunks: guarded(asJson(all, ports.onDamage), ports) }
    case 'gzip':
      return yield* partsOf(inside(expandedGzip(input, first, { all, ports })), ports, depth + 1)
    case 'zstd':
      return yield* partsOf(inside(ports.expansion.limit(expandZstd(all, ports.onDamage))), ports, depth + 1)
    case 'zip':
    case 'tar':
    case 'parquet':
      return yield* packed(form, { ...input, chunks: all }, ports, depth)
    default:
      return ports.onDamage(`it is compressed with ${form}; expand it first`)
  }
}

function part({ name, isInArchive }: Part): Omit<Part, 'chunks'> {
  return { name, isInArchive }
}

function expandedGzip({ isWhole }: Bytes, first: Buffer, { all, ports }: { all: AsyncIterable<Buffer>; ports: ExpandPorts }) {
  try {
    if (isWhole === true) return ports.expansion.limit(just(gunzipSync(first, { maxOutputLength: MAX_WHOLE_BYTES })))
  } catch {
    // It is larger or damaged: the stream says which, and yields what can be read.
  }
  return ports.expansion.limit(expandGzip(all, ports.onDamage))
}

/** One piece. */
export async function* just(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

/** Ends a stream where it breaks, and tells of that. */
async function* guarded(chunks: AsyncIterable<Buffer>, { onDamage }: ExpandPorts): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of chunks) yield chunk
  } catch (error) {
    if (error instanceof TooLarge && isTold.has(error)) throw error
    if (error instanceof TooLarge) isTold.add(error)
    onDamage(reasonOf(error))
  }
}

const isTold = new WeakSet<TooLarge>()

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'it cannot be read'
}

async function* packed(form: 'zip' | 'tar' | 'parquet', input: Bytes, ports: ExpandPorts, depth: number): AsyncGenerator<Part> {
  const { expansion } = ports
  const fd = form === 'tar' ? -1 : (input.fd ?? (await spooled(input.chunks, ports)))
  try {
    if (form === 'parquet') {
      const { readParquet } = await import('./read-parquet.ts')
      yield { ...part(input), chunks: guarded(expansion.limit(readParquet(randomAccess(fd))), ports) }
      return
    }
    const members: AsyncIterable<Member> =
      form === 'tar' ? (await import('./read-tar.ts')).readTar(input.chunks) : (await import('./read-zip.ts')).readZip(fd)
    for await (const { name, chunks } of members) {
      const member = { name: `${input.name}!${name}`, isInArchive: true, chunks: guarded(expansion.limit(chunks), ports) }
      yield* partsOf(member, ports, depth + 1)
    }
  } catch (error) {
    ports.onDamage(reasonOf(error))
  } finally {
    if (fd >= 0 && fd !== input.fd) closeSync(fd)
  }
}

/** Writes a stream to a file of our own, to read it in any order. */
async function spooled(chunks: AsyncIterable<Buffer>, { scratch }: ExpandPorts): Promise<number> {
  const fd = scratch.open()
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > MAX_SPOOLED_BYTES) break
    writeSync(fd, chunk)
  }
  return fd
}

function randomAccess(fd: number) {
  const readAt = promisify(read)
  const { size } = fstatSync(fd)
  return {
    byteLength: size,
    async slice(start: number, end = size): Promise<ArrayBuffer> {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start))
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await readAt(fd, bytes, at, bytes.length - at, start + at)
        if (bytesRead === 0) break
        at += bytesRead
      }
      return bytes.buffer
    },
  }
}
