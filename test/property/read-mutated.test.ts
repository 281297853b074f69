import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readInTimeOrder } from '../../local/read/in-time-order.ts'
import { damagedInput } from './damaged-inputs.ts'

/** `npm run stress -- mutations` reads more of the same. */
const RUNS = 10_000

/** The longest that one input of a few kilobytes may take, on a machine that does other things too. Milliseconds. */
const LONGEST_MS = 10_000

it(`reads ${RUNS} damaged inputs of every form to their end, without throwing, and yields objects only`, async () => {
  const property = fc.asyncProperty(damagedInput, fc.nat(1_000_000), async ({ bytesOf }, cut) => {
    const bytes = await bytesOf()
    const middle = cut % (bytes.length + 1)
    const stdin = Readable.from([bytes.subarray(0, middle), bytes.subarray(middle)].filter(({ length }) => length > 0))
    const startedAt = performance.now()
    for await (const batch of readInTimeOrder(['-'], { stdin, onProblem: () => {}, heldBytes: 4000 }))
      for (const record of batch) expect(record).toBeInstanceOf(Object)
    expect(performance.now() - startedAt).toBeLessThan(LONGEST_MS)
  })
  await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: 600_000, markInterruptAsFailure: true })
}, 620_000)
