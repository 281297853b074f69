import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { CALLS, ocsf } from './input-forms.ts'
import { file, read } from './read-input.ts'

const EVENTS = Array.from({ length: 60 }, (_, at) => ocsf(CALLS[at % CALLS.length] ?? {}))
const JSON_COLUMNS = ['api', 'actor', 'metadata'].map((name) => ({ name, data: EVENTS.map((event) => event[name]), type: 'JSON' as const }))

/** The longest that a file of some kilobytes may take, on a machine that does other things too. Milliseconds. */
const LONGEST_MS = 5000

describe('a Parquet file', () => {
  it.each(['UNCOMPRESSED', 'SNAPPY'] as const)(
    'with nulls, repeated texts, booleans and several groups of rows and pages is read whole, %s',
    async (codec) => {
      const columnData = [
        ...JSON_COLUMNS,
        { name: 'status', data: EVENTS.map((_, at) => (at % 3 === 0 ? null : `status-${at % 4}`)), type: 'STRING' as const },
        { name: 'severity', data: EVENTS.map((_, at) => at % 2), type: 'INT32' as const },
        { name: 'is_alert', data: EVENTS.map((_, at) => at % 5 === 0), type: 'BOOLEAN' as const },
        { name: 'score', data: EVENTS.map((_, at) => at / 7), type: 'DOUBLE' as const },
        { name: 'nothing', data: EVENTS.map(() => null), type: 'STRING' as const },
      ]
      const bytes = Buffer.from(parquetWriteBuffer({ columnData, codec, rowGroupSize: [7, 20, 33], pageSize: 300 }))
      const { records, problems } = await read([file(bytes)])
      expect(problems).toEqual([])
      expect(records).toHaveLength(EVENTS.length)
    },
  )

  it('of which any byte is another is read to its end, in little time', async () => {
    const bytes = Buffer.from(
      parquetWriteBuffer({ columnData: JSON_COLUMNS.map((column) => ({ ...column, data: column.data.slice(0, 3) })) }),
    )
    for (let at = 0; at < bytes.length; at++)
      for (const value of [0xff, 0xfe]) {
        const damaged = Buffer.from(bytes)
        damaged[at] = value
        const startedAt = performance.now()
        await read([file(damaged, 'damaged.parquet')])
        expect(performance.now() - startedAt, `byte ${at}`).toBeLessThan(LONGEST_MS)
      }
  })
})
