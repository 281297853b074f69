import type { AsyncBuffer, Compressors, DataReader, FileMetaData, PageHeader, RowGroup, SchemaTree } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'
import { decompressPage } from 'hyparquet/src/datapage.js'
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js'
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getSchemaPath } from 'hyparquet/src/schema.js'
import { readVarInt } from 'hyparquet/src/thrift.js'

/** The most values of a column of a row group. A row group of 256 MB has fewer rows than this, and an array of V8 twice as long takes minutes to fill. */
const MAX_VALUES = 16 * 1024 * 1024

interface Column {
  readonly path: readonly SchemaTree[]
  readonly isBoolean: boolean
  readonly decompress: (bytes: Uint8Array, length: number) => Uint8Array
}

/**
 * Throws where a page of a row group has more values than it says, or a row group more than can be held: the decoder would write them all before it looks, which for one
 * damaged byte can be two thousand million.
 */
export async function checkRowGroup(file: AsyncBuffer, metadata: FileMetaData, group: RowGroup, compressors: Compressors): Promise<void> {
  const rows = Number(group.num_rows)
  if (group.columns.length === 0 && rows > 0) throw new Error('a row group has no columns')
  for (const { meta_data } of group.columns) {
    if (meta_data === undefined) throw new Error('a column has no metadata')
    const { codec, type, path_in_schema, dictionary_page_offset, data_page_offset, total_compressed_size, num_values } = meta_data
    const budget = { left: Math.min(MAX_VALUES, Number(num_values)) }
    const start = dictionary_page_offset || data_page_offset
    const bytes = await file.slice(Number(start), Number(start + total_compressed_size))
    const column: Column = {
      path: getSchemaPath(metadata.schema, path_in_schema),
      isBoolean: type === 'BOOLEAN',
      decompress: (page, length) => decompressPage(page, length, codec, compressors),
    }
    const values = checkPages({ view: new DataView(bytes), offset: 0 }, column, budget)
    if (values < rows) throw new Error(`a column has ${values} values for ${rows} rows`)
  }
}

/** The number of values in the pages. */
function checkPages(reader: DataReader, column: Column, budget: { left: number }): number {
  let values = 0
  while (reader.offset < reader.view.byteLength - 1) {
    const header = parquetHeader(reader)
    const size = header.compressed_page_size
    if (!(size >= 0 && size <= reader.view.byteLength - reader.offset)) throw new Error('a page is longer than its column')
    const bytes = new Uint8Array(reader.view.buffer, reader.view.byteOffset + reader.offset, size)
    reader.offset += size
    spend({ ...budget }, header.dictionary_page_header?.num_values ?? 0)
    if (header.data_page_header !== undefined) checkPage(bytes, header, column, budget)
    else if (header.data_page_header_v2 !== undefined) checkPageV2(bytes, header, column, budget)
    values += (header.data_page_header ?? header.data_page_header_v2)?.num_values ?? 0
  }
  return values
}

function checkPage(bytes: Uint8Array, header: PageHeader, { path, isBoolean, decompress }: Column, budget: { left: number }): void {
  const { num_values, encoding } = header.data_page_header as NonNullable<PageHeader['data_page_header']>
  spend(budget, num_values)
  const reader = readerOf(decompress(bytes, Number(header.uncompressed_page_size)))
  const [repetition, definition] = [path.length > 1 ? getMaxRepetitionLevel([...path]) : 0, getMaxDefinitionLevel([...path])]
  if (repetition > 0) runs(reader, widthOf(repetition), num_values)
  const levels = definition > 0 ? runs(reader, widthOf(definition), num_values) : undefined
  checkValues(reader, { encoding, count: levels?.filter((level) => level === definition).length ?? num_values, isBoolean })
}

function checkPageV2(bytes: Uint8Array, header: PageHeader, { path, isBoolean, decompress }: Column, budget: { left: number }): void {
  const page = header.data_page_header_v2 as NonNullable<PageHeader['data_page_header_v2']>
  const { num_values, num_nulls, repetition_levels_byte_length: first, definition_levels_byte_length: second } = page
  spend(budget, num_values)
  // The decoder would read from an offset that is no number, for ever.
  if (![num_nulls, first, second].every((value) => Number.isInteger(value) && value >= 0))
    throw new Error('the header of a page is damaged')
  if (num_nulls > num_values) throw new Error('a page has more nulls than values')
  const reader = readerOf(bytes)
  const [repetition, definition] = [getMaxRepetitionLevel([...path]), getMaxDefinitionLevel([...path])]
  if (repetition > 0) runs(reader, widthOf(repetition), num_values, first)
  reader.offset = first
  if (definition > 0) runs(reader, widthOf(definition), num_values, second)
  const rest = bytes.subarray(first + second)
  const length = Number(header.uncompressed_page_size) - first - second
  const values = page.is_compressed !== false && length > 0 ? decompress(rest, length) : rest
  checkValues(readerOf(values), { encoding: page.encoding, count: num_values - num_nulls, isBoolean })
}

/** Values of other encodings are read one by one, as far as there are bytes. */
function checkValues(reader: DataReader, values: { encoding: string; count: number; isBoolean: boolean }): void {
  const { encoding, count, isBoolean } = values
  if (encoding === 'RLE' && isBoolean) runs(reader, 1, count)
  else if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') {
    const width = reader.offset < reader.view.byteLength ? reader.view.getUint8(reader.offset++) : 0
    if (width > 0) runs(reader, width, count, reader.view.byteLength - reader.offset)
  }
}

/** Reads so many values in runs, after it has looked at the length of each run. Where the bytes end too early, the decoder throws. */
function runs(reader: DataReader, width: number, count: number, length?: number): number[] {
  const at: DataReader = { view: reader.view, offset: reader.offset + (length === undefined ? 4 : 0) }
  for (let seen = 0; seen < count && at.offset < at.view.byteLength; ) {
    const header = readVarInt(at)
    const values = (header & 1) === 1 ? (header >>> 1) * 8 : header >>> 1
    if ((header & 1) === 0 && values > count - seen) throw new Error(`a run of ${values} values is longer than its page`)
    at.offset += (header & 1) === 1 ? Math.max(1, (values * width) / 8) : (width + 7) >> 3
    seen += values
  }
  const values = new Array<number>(count)
  readRleBitPackedHybrid(reader, width, values, length)
  return values
}

function spend(budget: { left: number }, values: number): void {
  budget.left -= values
  if (!(values >= 0 && budget.left >= 0)) throw new Error('a page has more values than its column')
}

function readerOf(bytes: Uint8Array): DataReader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
}

/** How many bits a number up to this one takes. */
function widthOf(most: number): number {
  return 32 - Math.clz32(most)
}
