import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { CALLS, type Fields, ocsf, PACKED_FORMS, TEXT_FORMS } from '../unit/input-forms.ts'

type Change = (bytes: Buffer) => Buffer

const place = fc.nat(1_000_000)
const FRAGMENTS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  '\\',
  ',',
  ':',
  '\n',
  '\t',
  ' ',
  '\0',
  '\ufeff',
  '{"Records":[',
  '"Message":"',
  'H4sI',
  'eyJ',
  'null',
  '1e9',
]
const fragment = fc.oneof(
  fc.constantFrom(...FRAGMENTS).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
)

/** Puts `bytes` between the two sides of a place. */
function spliced(bytes: Buffer, at: number, inserted: (from: number) => Buffer): Buffer {
  const from = at % (bytes.length + 1)
  return Buffer.concat([bytes.subarray(0, from), inserted(from), bytes.subarray(from)])
}

const texts = Object.values(TEXT_FORMS).map((form) => Buffer.from(form(CALLS)))

/** One change of bytes, whatever they mean. */
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.nat(255)).map(([at, byte]): Change => replaced(at, () => byte)),
  fc.tuple(place, fc.nat(7)).map(([at, bit]): Change => replaced(at, (byte) => byte ^ (1 << bit))),
  fc.tuple(place, fc.nat(400)).map(
    ([at, length]): Change =>
      (bytes) => {
        const from = at % (bytes.length + 1)
        return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)])
      },
  ),
  fc.tuple(place, fragment).map(
    ([at, inserted]): Change =>
      (bytes) =>
        spliced(bytes, at, () => inserted),
  ),
  fc.tuple(place, place).map(
    ([at, length]): Change =>
      (bytes) =>
        spliced(bytes, at, (from) => bytes.subarray(from, from + (length % 2000))),
  ),
  // A part of an input of another form.
  fc.tuple(place, fc.constantFrom(...texts), place, fc.nat(2000)).map(
    ([at, other, start, length]): Change =>
      (bytes) =>
        spliced(bytes, at, () => other.subarray(start % other.length, (start % other.length) + length)),
  ),
  place.map(
    (at): Change =>
      (bytes) =>
        bytes.subarray(0, at % (bytes.length + 1)),
  ),
)

function replaced(at: number, by: (byte: number) => number): Change {
  return (bytes) => {
    const copy = Buffer.from(bytes)
    if (copy.length > 0) copy[at % copy.length] = by(copy[at % copy.length] as number)
    return copy
  }
}

/** A text inside of something: brackets that go deep, text in a field, base64, compressed as a field. */
const nesting: fc.Arbitrary<Change> = fc.oneof(
  fc.nat(3000).map(
    (depth): Change =>
      (bytes) =>
        Buffer.concat([Buffer.from('['.repeat(depth)), bytes, Buffer.from(']'.repeat(depth))]),
  ),
  fc.nat(3000).map(
    (depth): Change =>
      (bytes) =>
        Buffer.concat([Buffer.from('{"a":'.repeat(depth)), bytes, Buffer.from('}'.repeat(depth))]),
  ),
  fc.nat(5).map(
    (times): Change =>
      (bytes) =>
        Buffer.from(nested(bytes.toString('utf8'), times)),
  ),
  fc.constant<Change>((bytes) => Buffer.from(JSON.stringify({ data: bytes.toString('base64') }))),
  fc.constant<Change>((bytes) => Buffer.from(JSON.stringify({ awslogs: { data: gzipSync(bytes).toString('base64') } }))),
)

/** JSON text in a field of JSON text; each time, its quotes take twice as much. */
function nested(text: string, times: number): string {
  return times === 0 ? text : nested(JSON.stringify({ Message: text }), times - 1)
}

const value = fc.oneof(
  fc.constantFrom<unknown>(null, true, 7, -1e300, '', [], {}, [[]], '{"a":', '{"a":1}', 'x'.repeat(5000), '2026-13-45T99:99:99Z', {
    omitted: true,
  }),
  fc.jsonValue({ maxDepth: 3 }),
)

/** Records of which any member, at any depth, has a value of another type. */
const records: fc.Arbitrary<readonly Fields[]> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(CALLS) },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.tuple(fc.nat(CALLS.length - 1), fc.array(fc.nat(40), { minLength: 1, maxLength: 3 }), value), {
        minLength: 1,
        maxLength: 4,
      })
      .map((changes) =>
        CALLS.map((call, at) =>
          changes.reduce((fields, [which, path, to]) => (which === at ? withMember(fields, path, to) : fields), call),
        ),
      ),
  },
)

function withMember(fields: Fields, [first = 0, ...rest]: readonly number[], to: unknown): Fields {
  const keys = Object.keys(fields)
  const key = keys[first % keys.length]
  if (key === undefined) return fields
  const member = fields[key]
  const isInside = rest.length > 0 && typeof member === 'object' && member !== null && !Array.isArray(member)
  return { ...fields, [key]: isInside ? withMember(member as Fields, rest, to) : to }
}

const parquet = (of: readonly Fields[]): Buffer =>
  Buffer.from(
    parquetWriteBuffer({
      columnData: ['api', 'actor', 'metadata'].map((name) => ({
        name,
        data: of.map((call) => ocsf(call)[name]),
        type: 'JSON' as const,
      })),
    }),
  )

type Pack = (content: Buffer) => Buffer | Promise<Buffer>
const plain: Pack = (content) => content

const PACKS: readonly (readonly [name: string, pack: Pack])[] = [
  ...Object.entries(PACKED_FORMS),
  [
    'gzip, a member for each half',
    (content) =>
      Buffer.concat([content.subarray(0, content.length >> 1), content.subarray(content.length >> 1)].map((half) => gzipSync(half))),
  ],
]

const FORMS: readonly (readonly [name: string, bytes: (of: readonly Fields[]) => Buffer])[] = [
  ...Object.entries(TEXT_FORMS).map(([name, form]) => [name, (of: readonly Fields[]) => Buffer.from(form(of))] as const),
  ['Security Lake: Parquet', parquet],
]

/**
 * Inputs of every form that is read, in whatever they may be packed: types of members are changed before, the text is damaged or nested before it is packed, and what it is packed in is damaged.
 * Each is made with `bytesOf`, since some are packed by a stream.
 */
export const damagedInput = fc
  .record({
    records,
    form: fc.constantFrom(...FORMS),
    pack: fc.oneof(fc.constant(['plain', plain] as const), fc.constantFrom(...PACKS)),
    nestings: fc.oneof(
      { weight: 4, arbitrary: fc.constant<Change[]>([]) },
      { weight: 1, arbitrary: fc.array(nesting, { minLength: 1, maxLength: 2 }) },
    ),
    before: fc.array(change, { maxLength: 3 }),
    after: fc.oneof(fc.constant<Change[]>([]), fc.array(change, { minLength: 1, maxLength: 3 })),
  })
  .map(({ records, form, pack, nestings, before, after }) => ({
    form: `${form[0]}, ${pack[0]}`,
    async bytesOf(): Promise<Buffer> {
      const text = [...before, ...nestings].reduce<Buffer>((bytes, next) => next(bytes), form[1](records))
      return after.reduce<Buffer>((bytes, next) => next(bytes), Buffer.from(await pack[1](text)))
    },
  }))
