import zlib from 'node:zlib'
import { type AsyncBuffer, type Compressors, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { checkRowGroup } from './check-parquet.ts'

/** A row group is in memory as a whole, so this bounds it. Security Lake's files have one, of a few megabytes. */
const MAX_GROUP_BYTES = 256 * 1024 * 1024

/** The fewest rows that are turned into objects at once, and the most turns for a row group, each of which expands it anew. */
const MIN_ROWS = 5000
const MAX_TURNS = 8

/** Expands a page to as many bytes as its header says, and no more. */
const COMPRESSORS: Compressors = {
  GZIP: (page, length) => zlib.gunzipSync(page, { maxOutputLength: bound(length) }),
  BROTLI: (page, length) => zlib.brotliDecompressSync(page, { maxOutputLength: bound(length) }),
  ZSTD: (page, length) => {
    if (typeof zlib.zstdDecompressSync !== 'function')
      throw new Error('its pages are compressed with zstd, which needs Node 22.15 or newer')
    return zlib.zstdDecompressSync(page, { maxOutputLength: bound(length) })
  },
}

function bound(length: number): number {
  if (!(length >= 0 && length <= MAX_GROUP_BYTES)) throw new Error(`a page of ${length} bytes is too large`)
  return Math.max(1, length)
}

/** The rows of a Parquet file as lines of JSON. Throws where the file is damaged or too large. */
export async function* readParquet(file: AsyncBuffer): AsyncGenerator<Buffer> {
  const metadata = await parquetMetadataAsync(file)
  let rowStart = 0
  for (const group of metadata.row_groups) {
    const { num_rows, total_byte_size } = group
    if (total_byte_size > MAX_GROUP_BYTES) throw new Error(`a row group of ${total_byte_size} bytes is too large`)
    await checkRowGroup(file, metadata, group, COMPRESSORS)
    const groupEnd = rowStart + Number(num_rows)
    const count = Math.max(MIN_ROWS, Math.ceil(Number(num_rows) / MAX_TURNS))
    for (; rowStart < groupEnd; rowStart = Math.min(groupEnd, rowStart + count)) {
      const rowEnd = Math.min(groupEnd, rowStart + count)
      const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors: COMPRESSORS })
      yield Buffer.from(rows.map((row) => `${JSON.stringify(row, plain)}\n`).join(''))
    }
  }
}

/** 64-bit numbers as numbers: times in milliseconds fit, and so do counts. */
function plain(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}
