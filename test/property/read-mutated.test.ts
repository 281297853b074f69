import { Readable } from 'node:stream'
import fc from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { beforeAll, expect, it } from 'vitest'
import { readInTimeOrder } from '../../local/read/in-time-order.ts'
import { CALLS, ocsf, PACKED_FORMS, TEXT_FORMS } from '../unit/input-forms.ts'

const RUNS = 10_000

/** The longest that one input of a few kilobytes may take, on a machine that does other things too. Milliseconds. */
const LONGEST_MS = 10_000

const texts = Object.values(TEXT_FORMS).map((form) => Buffer.from(form(CALLS)))
const inputs: Buffer[] = [...texts]

beforeAll(async () => {
  const some = [texts[0], texts[3], texts[texts.length - 1]] as Buffer[]
  for (const pack of Object.values(PACKED_FORMS)) for (const content of some) inputs.push(await pack(content))
  const columnData = ['api', 'actor', 'metadata'].map((name) => ({
    name,
    data: CALLS.map((call) => ocsf(call)[name]),
    type: 'JSON' as const,
  }))
  inputs.push(Buffer.from(parquetWriteBuffer({ columnData })))
})

type Mutation = (bytes: Buffer) => Buffer

const place = fc.nat(1_000_000)
const fragments = [
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
  fc.constantFrom(...fragments).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
)

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.nat(255)).map(
    ([at, byte]): Mutation =>
      (bytes) => {
        const copy = Buffer.from(bytes)
        if (copy.length > 0) copy[at % copy.length] = byte
        return copy
      },
  ),
  fc.tuple(place, fc.nat(400)).map(
    ([at, length]): Mutation =>
      (bytes) => {
        const from = at % (bytes.length + 1)
        return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)])
      },
  ),
  fc.tuple(place, fragment).map(
    ([at, inserted]): Mutation =>
      (bytes) => {
        const from = at % (bytes.length + 1)
        return Buffer.concat([bytes.subarray(0, from), inserted, bytes.subarray(from)])
      },
  ),
  fc.tuple(place, place).map(
    ([at, length]): Mutation =>
      (bytes) => {
        const from = at % (bytes.length + 1)
        const part = bytes.subarray(from, from + (length % 2000))
        return Buffer.concat([bytes.subarray(0, from), part, part, bytes.subarray(from)])
      },
  ),
  place.map(
    (at): Mutation =>
      (bytes) =>
        bytes.subarray(0, at % (bytes.length + 1)),
  ),
)

it(`reads ${RUNS} damaged inputs of every form to their end, without throwing, and yields objects only`, async () => {
  const property = fc.asyncProperty(place, fc.array(mutation, { minLength: 1, maxLength: 4 }), place, async (which, mutations, cut) => {
    const bytes = mutations.reduce((damaged, mutate) => mutate(damaged), inputs[which % inputs.length] as Buffer)
    const middle = cut % (bytes.length + 1)
    const stdin = Readable.from([bytes.subarray(0, middle), bytes.subarray(middle)].filter(({ length }) => length > 0))
    const startedAt = performance.now()
    for await (const batch of readInTimeOrder(['-'], { stdin, onProblem: () => {}, heldBytes: 4000 }))
      for (const record of batch) expect(record).toBeInstanceOf(Object)
    expect(performance.now() - startedAt).toBeLessThan(LONGEST_MS)
  })
  await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: 600_000, markInterruptAsFailure: true })
}, 620_000)
