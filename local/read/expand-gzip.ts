import { createGunzip } from 'node:zlib'

/** Deflate expands one byte to at most 1,032, so a piece of this size expands to at most 8.5 MB. */
const PIECE_BYTES = 8 * 1024

/** Pieces that are read again byte by byte: zlib loses the output of the piece in which it fails, and one more is always in progress. */
const CAREFUL_PIECES = 2

/** Input up to this size is kept until it is expanded, so that damaged input can be read again byte by byte. */
const MAX_KEPT_BYTES = 1024 * 1024

/** Expands gzip, also with several members. Yields everything before a damaged place, then calls `onDamage`. */
export async function* expandGzip(source: AsyncIterable<Buffer>, onDamage: (reason: string) => void): AsyncGenerator<Buffer> {
  let damage: Damage | undefined
  let expandedBytes = 0
  let kept: Buffer[] | undefined = []
  let keptBytes = 0
  const keep = (piece: Buffer) => {
    keptBytes += piece.length
    if (keptBytes > MAX_KEPT_BYTES) kept = undefined
    kept?.push(piece)
  }
  for await (const bytes of inflate(cut(source, PIECE_BYTES, keep), (found) => {
    damage = found
  })) {
    expandedBytes += bytes.length
    yield bytes
  }
  if (damage?.isInData && kept) {
    let known = expandedBytes
    for await (const bytes of inflate(carefully(kept), () => {})) {
      if (bytes.length > known) yield bytes.subarray(known)
      known = Math.max(0, known - bytes.length)
    }
  }
  if (damage) onDamage(damage.reason)
}

interface Damage {
  readonly reason: string
  readonly isInData: boolean
}

/**
 * Expands pieces with zlib, one piece ahead of the reader.
 *
 * A stream that fails drops output that was not read yet, so this function listens to `data` itself.
 */
async function* inflate(pieces: AsyncIterable<Buffer>, onDamage: (damage: Damage) => void): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 })
  let expanded: Buffer[] = []
  let damage: Damage | undefined
  let isOver = false
  let wake = () => {}
  const end = () => {
    isOver = true
    wake()
  }
  const settled = (act: (done: () => void) => void) =>
    new Promise<void>((resolve) => {
      wake = resolve
      act(resolve)
    })
  gunzip.on('data', (bytes: Buffer) => expanded.push(bytes))
  gunzip.on('end', end)
  gunzip.on('close', end)
  gunzip.on('error', (error: NodeJS.ErrnoException) => {
    const isTruncated = error.code === 'Z_BUF_ERROR'
    damage = { reason: isTruncated ? 'the gzip data ends too early' : `the gzip data is damaged (${error.code})`, isInData: !isTruncated }
    end()
  })
  try {
    let written = Promise.resolve()
    for await (const piece of pieces) {
      await written
      // After the last member only padding may follow, such as the zeros of tape drives; zlib reports anything else as an error.
      if (isOver) break
      const ready = expanded
      expanded = []
      written = settled((done) => gunzip.write(piece, done))
      yield* ready
    }
    await written
    if (!isOver) await settled(() => gunzip.end())
    yield* expanded
    if (damage) onDamage(damage)
  } finally {
    gunzip.destroy()
  }
}

async function* cut(
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
  bytes: number,
  keep?: (piece: Buffer) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    for (let from = 0; from < chunk.length; from += bytes) {
      const piece = chunk.subarray(from, from + bytes)
      keep?.(piece)
      yield piece
    }
  }
}

async function* carefully(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces.slice(0, -CAREFUL_PIECES)
  yield* cut(pieces.slice(-CAREFUL_PIECES), 1)
}
