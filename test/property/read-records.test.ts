import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readRecords } from '../../local/read/read-records.ts'

const record = fc
  .dictionary(
    fc.string().filter((key) => !['Records', 'Events', 'CloudTrailEvent', '_raw', '__proto__'].includes(key)),
    fc.jsonValue({ maxDepth: 3 }),
    { maxKeys: 6 },
  )
  .map((fields): object => ({ ...fields, eventName: 'ListBuckets', eventSource: 's3.amazonaws.com' }))

const line = (value: unknown) => JSON.stringify(value)
const events = (records: readonly object[]) => records.map((value, index) => ({ EventId: `${index}`, CloudTrailEvent: line(value) }))

/** Every form, as its text; the index is chosen by the property. */
const forms: readonly ((records: readonly object[]) => string)[] = [
  (records) => line({ Records: records }),
  (records) => JSON.stringify({ Records: records }, null, 2),
  (records) => records.map((value) => line({ Records: [value] })).join('\n'),
  (records) => records.map((value) => line({ Records: [value] })).join(''),
  (records) => records.map(line).join('\n'),
  (records) => records.map((value) => `${line(value)}\r\n\r\n`).join(''),
  (records) => records.map((value) => JSON.stringify(value, null, 2)).join('\n'),
  (records) => records.map(line).join(''),
  (records) => line(records),
  (records) => JSON.stringify({ Events: events(records), NextToken: 'token' }, null, 4),
  (records) => events(records).map(line).join('\n'),
]

/** Cuts bytes at any places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const indexes = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...indexes, bytes.length].map((end, index) => bytes.subarray(index === 0 ? 0 : indexes[index - 1], end))
}

async function read(chunks: readonly Buffer[]) {
  const records: unknown[] = []
  const reasons: string[] = []
  const stdin = Readable.from(chunks.filter((chunk) => chunk.length > 0))
  for await (const batch of readRecords(['-'], { stdin, onProblem: ({ reason }) => reasons.push(reason) })) records.push(...batch)
  return { records, reasons }
}

const places = fc.array(fc.nat(100_000), { maxLength: 40 })

it('reads the same records from any form in any chunks', async () => {
  const property = fc.asyncProperty(
    fc.array(record, { minLength: 1, maxLength: 12 }),
    fc.nat(forms.length - 1),
    fc.boolean(),
    places,
    async (records, form, isCompressed, cuts) => {
      const text = Buffer.from((forms[form] as (typeof forms)[number])(records))
      const chunks = isCompressed ? cut(Buffer.concat(cut(text, cuts).map((part) => gzipSync(part))), cuts) : cut(text, cuts)
      const expected = records.map((value) => JSON.parse(line(value)))
      expect(await read(chunks)).toEqual({ records: expected, reasons: [] })
    },
  )
  await fc.assert(property, { numRuns: 1000 })
})

const fragment = fc.constantFrom(
  '{',
  '}',
  '[',
  ']',
  '"',
  '\\',
  ',',
  ':',
  '\n',
  ' ',
  'x',
  '1',
  '{"Records":[',
  '{"Events":[',
  '{"eventVersion":',
  '{"a":1}',
  '\0',
  '\ufeff',
)
const junk = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
  fc.array(fragment, { maxLength: 200 }).map((parts) => Buffer.from(parts.join(''))),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([Buffer.from([0x1f, 0x8b]), bytes])),
)

it('takes any bytes without throwing, comes to an end and yields objects only', async () => {
  const property = fc.asyncProperty(junk, places, async (bytes, cuts) => {
    const { records } = await read(cut(bytes, cuts))
    for (const value of records) expect(value).toBeInstanceOf(Object)
  })
  await fc.assert(property, { numRuns: 2000 })
})

it('finds the same in any bytes, whatever the chunks', async () => {
  const property = fc.asyncProperty(junk, places, async (bytes, cuts) => {
    expect(await read(cut(bytes, cuts))).toEqual(await read([bytes]))
  })
  await fc.assert(property, { numRuns: 2000 })
})
