import { createReadStream, openSync, readFileSync, statSync } from 'node:fs'
import { addAbortSignal, type Readable } from 'node:stream'
import { just } from './expand.ts'
import type { Expansion } from './limited.ts'
import { whyUnreadable } from './list-files.ts'

/** Files up to this size, as most of CloudTrail's, are read in one piece. */
const MAX_WHOLE_BYTES = 1024 * 1024
const CHUNK_BYTES = 512 * 1024

export interface OpenOptions {
  /** Called with the number of bytes read from disk or pipe, before they are expanded. */
  onBytes?(count: number): void
  /** The stream for `-`; by default this process's standard input. */
  readonly stdin?: Readable
  /** Ends the reading, also of a stream that is waited for. */
  readonly signal?: AbortSignal
}

/** The bytes of an input. `fd` is set for a file, for the caller to close; `isWhole` where the first chunk is all. */
export interface Opened {
  readonly chunks: AsyncGenerator<Buffer>
  readonly fd?: number
  readonly isWhole?: boolean
}

/** Opens a file, a pipe, or standard input. What cannot be read is a damage, and no bytes. */
export function opened(path: string, context: { options: OpenOptions; expansion: Expansion; damages: string[] }): Opened {
  const { options, expansion, damages } = context
  const { signal } = options
  const waiting = (stream: Readable) => (signal === undefined ? stream : addAbortSignal(signal, stream))
  const onBytes = (count: number) => {
    expansion.readBytes += count
    options.onBytes?.(count)
  }
  if (signal?.aborted) return { chunks: chunksOf([], { onBytes, damages, signal }) }
  if (path === '-') return { chunks: chunksOf(waiting(options.stdin ?? process.stdin), { onBytes, damages, signal }) }
  try {
    const { size } = statSync(path)
    const stream = () => chunksOf(waiting(createReadStream(path, { highWaterMark: CHUNK_BYTES })), { onBytes, damages, signal })
    if (!isRegular(path)) return { chunks: stream() }
    const fd = openSync(path, 'r')
    if (size > MAX_WHOLE_BYTES) return { fd, chunks: stream() }
    const bytes = readFileSync(fd)
    onBytes(bytes.length)
    return { fd, chunks: just(bytes), isWhole: true }
  } catch (error) {
    damages.push(whyUnreadable(error))
    return { chunks: chunksOf([], { onBytes, damages, signal }) }
  }
}

/** True for a file that can be read again; false for standard input, a pipe, and a path that is not there. */
export function isRegular(path: string): boolean {
  return path !== '-' && (statSync(path, { throwIfNoEntry: false })?.isFile() ?? false)
}

interface ChunkPorts {
  readonly onBytes: (count: number) => void
  readonly damages: string[]
  readonly signal: AbortSignal | undefined
}

async function* chunksOf(source: AsyncIterable<unknown> | [], { onBytes, damages, signal }: ChunkPorts): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of source) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk as string)
      onBytes(bytes.length)
      yield bytes
    }
  } catch (error) {
    if (signal?.aborted !== true) damages.push(whyUnreadable(error))
  }
}
