import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { MAX_RECORD_BYTES } from '../../local/read/split-limits.ts'
import { envelope, file, read, readContent, record, text } from './read-input.ts'

const [one, two, three] = [record(1), record(2), record(3)]

describe('damaged input', () => {
  const broken = 'the record is broken off or not JSON'
  const cut = 'the input ends inside this record'

  it('names the file, the position and the record', async () => {
    const bad = '{"eventVersion":"1.11",,"x":1}'
    const { problems } = await readContent(`{"Records":[${text(one)},${bad},${text(two)}]}`, 'the record is not valid JSON')
    expect(problems).toEqual([
      { file: expect.any(String), position: 12 + Buffer.byteLength(text(one)) + 1, record: 2, reason: expect.any(String) },
    ])
  })

  it.each([
    ['a record without its last bracket', text(two).slice(0, -1), broken],
    ['a record without its last quote', text(two).slice(0, -2), broken],
    ['a record cut in the middle', text(two).slice(0, 40), broken],
    ['a record that is malformed but closed', '{"eventVersion":tru}', 'the record is not valid JSON'],
    ['a record with a NUL byte', '{"eventVersion":"\0"}', broken],
    ['a word', 'undefined', broken],
  ])('loses only %s', async (_, bad, reason) => {
    const list = await readContent(
      `{"Records":[${text(one)},${bad},${text(three)}]}`,
      bad === 'undefined' ? 'the record is not a JSON object' : reason,
    )
    const lines = await readContent(`${text(one)}\n${bad}\n${text(three)}\n`, bad === 'undefined' ? 'this is not a JSON object' : reason)
    expect([list.records, lines.records]).toEqual([
      [one, three],
      [one, three],
    ])
  })

  it('counts records that are not objects, each', async () => {
    const not = 'the record is not a JSON object'
    const { records, problems } = await readContent(`{"Records":[${text(one)},null,7,"text",[{}],${text(two)}]}`, not, not, not, not)
    expect(records).toEqual([one, two])
    expect(problems.map((problem) => problem.record)).toEqual([2, 3, 4, 5])
  })

  it('counts a lookup-events entry whose record cannot be parsed', async () => {
    const events = [{ CloudTrailEvent: text(one) }, { CloudTrailEvent: '{"cut' }, { CloudTrailEvent: '7' }, { CloudTrailEvent: text(two) }]
    const reason = 'its CloudTrailEvent is not a JSON object'
    expect((await readContent(text({ Events: events }), reason, reason)).records).toEqual([one, two])
    expect((await readContent(events.map(text).join('\n'), reason, reason)).records).toEqual([one, two])
  })

  it('keeps the records before a truncated end', async () => {
    expect((await readContent(envelope(one, two).slice(0, -30), cut)).records).toEqual([one])
    expect((await readContent(`${text(one)}\n${text(two).slice(0, 30)}`, cut)).records).toEqual([one])
  })

  it.each(['{"Records":[', `{"Records":[${text(one)}`, `{"Records":[${text(one)}]`, `{"Records":[${text(one)}],"x":`])(
    'names the brackets missing at the end: %s',
    async (content) => {
      await readContent(content, 'the input ends before its list of records is closed')
    },
  )

  it('names the brackets missing between two files put together', async () => {
    const list = 'the list of records has no closing bracket'
    expect((await readContent(`{"Records":[${text(one)}}\n${envelope(two)}`, list)).records).toEqual([one, two])
    const around = 'the object around the records is not closed'
    expect((await readContent(`{"Records":[${text(one)}]\n${envelope(two)}`, around)).records).toEqual([one, two])
  })

  it('goes on with the next file after one that was cut', async () => {
    const whole = envelope(two, three)
    expect((await readContent(`${envelope(one, one).slice(0, -40)}${whole}`, broken)).records).toEqual([one, two, three])
  })

  it.each([0, 1, 10])('keeps what truncated gzip still holds, %s bytes short of its trailer', async (short) => {
    const bytes = gzipSync(`${[one, two].map(text).join('\n')}\n`)
    const { records } = await readContent(bytes.subarray(0, bytes.length - 8 - short), 'the gzip data ends too early')
    expect(records.length).toBe(short < 10 ? 2 : records.length)
    expect([one, two].slice(0, records.length)).toEqual(records)
  })

  it('keeps the records before a damaged place of gzip', async () => {
    const bytes = Buffer.concat([gzipSync(`${text(one)}\n`), gzipSync(`${text(two)}\n`)])
    bytes[bytes.length - 6] = (bytes[bytes.length - 6] as number) ^ 0xff
    expect((await readContent(bytes, 'the gzip data is damaged (Z_DATA_ERROR)')).records).toEqual([one, two])
  })

  it('keeps the records before gzip data that turns into something else', async () => {
    const found = await readContent(
      Buffer.concat([gzipSync(text(one)), Buffer.alloc(20_000, 'x')]),
      'the gzip data is damaged (Z_DATA_ERROR)',
    )
    expect(found.records).toEqual([one])
  })

  it('takes zeros after the end of gzip data for padding', async () => {
    const padded = Buffer.concat([gzipSync(text(one)), Buffer.alloc(20_000)])
    expect((await readContent(padded)).records).toEqual([one])
    expect(await read(['-'], Readable.from([padded]))).toMatchObject({ records: [one], problems: [] })
  })

  it.each([
    ['nothing', ''],
    ['white space', ' \n\n'],
    ['a byte order mark', '\ufeff'],
    ['compressed nothing', gzipSync('')],
  ])('says that %s is empty', async (_, content) => {
    await readContent(content, 'the input is empty')
  })

  it('says of binary bytes that they are no JSON, once', async () => {
    await readContent(
      Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 37 + 128) % 256 || 1)).fill(0, 100, 200),
      'this is not a JSON object',
    )
  })

  it('skips a record over the limit, in any form', async () => {
    const huge = { eventVersion: '1.11', padding: 'x'.repeat(MAX_RECORD_BYTES) }
    const reason = `the record is larger than ${MAX_RECORD_BYTES} bytes`
    expect((await readContent(envelope(one, huge, two), reason)).records).toEqual([one, two])
    expect((await readContent([one, huge, two].map(text).join('\n'), reason)).records).toEqual([one, two])
    const largest = { eventVersion: '1.11', padding: 'x'.repeat(MAX_RECORD_BYTES - 100) }
    expect((await readContent(envelope(one, largest, two))).records).toEqual([one, largest, two])
  })

  it('gives an input up that would cost far more than its size', async () => {
    const path = file(`${'{"eventVersion":'.repeat(2000)}${'{"x":'.repeat(800_000)}`)
    const { problems } = await read([path, file(text(one))])
    expect(problems.length).toBeLessThan(40)
    expect(problems.at(-1)?.reason).toBe('the input is too damaged to read on')
  })
})
