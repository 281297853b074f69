import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { parentPort, workerData } from 'node:worker_threads'
import fc from 'fast-check'
import { readInTimeOrder } from '../../local/read/in-time-order.ts'
import type { Replay } from '../../local/replay-in-memory.ts'
import { damagedInput } from '../property/damaged-inputs.ts'
import { freshReplay } from './fresh-replay.ts'
import type { Outcome, Task } from './mutations.ts'

/** After so many replayed inputs the replay begins anew: damaged names make ever new identities. */
const FRESH_AFTER = 200

const task = workerData as Task
const folder = mkdtempSync(join(tmpdir(), 'countersign-stress-'))
const file = join(folder, 'input')
const total = { records: 0, problems: 0, replayedInputs: 0, replayedRecords: 0, signals: 0, heapBytes: 0 }
let longest = { ms: 0, input: 0, form: '' }

/** Reads a file, or a stream of it in two pieces. */
async function read(path: string, stdin?: Readable): Promise<object[]> {
  const records: object[] = []
  const onProblem = () => {
    total.problems += 1
  }
  // Little may be held, so that what is sorted on disk is part of it.
  for await (const batch of readInTimeOrder([path], { onProblem, heldBytes: 4000, temporary: folder, ...(stdin ? { stdin } : {}) }))
    for (const record of batch) {
      if (typeof record !== 'object' || record === null) throw new Error(`a record that is no object: ${String(record)}`)
      records.push(record)
    }
  return records
}

/** Every record becomes signals, is passed over as none of ours, or is told of. */
async function replayed({ run }: Replay, records: readonly object[]): Promise<void> {
  const { signals, ignored, failed } = await run.run(records)
  if (signals.length + ignored + failed.size < records.length)
    throw new Error(`${records.length} records became ${signals.length} signals, ${ignored} ignored and ${failed.size} unreadable`)
  total.replayedInputs += 1
  total.replayedRecords += records.length
  total.signals += signals.length
}

try {
  let replay = await freshReplay()
  for (let at = 0; at < task.count; at++) {
    const number = task.from + at
    const [input] = fc.sample(damagedInput, { seed: task.seed * 1_000_003 + number, numRuns: 1 })
    if (input === undefined) throw new Error('no input was made')
    const bytes = await input.bytesOf()
    Atomics.add(task.begun, 0, 1)
    const startedAt = performance.now()
    const middle = (number * 7919) % (bytes.length + 1)
    let records: object[]
    if (number % 2 === 0) {
      writeFileSync(file, bytes)
      records = await read(file)
    } else records = await read('-', Readable.from([bytes.subarray(0, middle), bytes.subarray(middle)].filter(({ length }) => length > 0)))
    if (number % task.replayed === 0) {
      if (total.replayedInputs % FRESH_AFTER === FRESH_AFTER - 1) replay = await freshReplay()
      await replayed(replay, records)
    }
    const ms = performance.now() - startedAt
    if (ms > longest.ms) longest = { ms, input: number, form: input.form }
    total.records += records.length
    if (number % 100 === 0) total.heapBytes = Math.max(total.heapBytes, process.memoryUsage().heapUsed)
  }
  parentPort?.postMessage({ ...total, longest } satisfies Outcome)
} finally {
  rmSync(folder, { recursive: true })
}
