import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { readInTimeOrder } from '../../local/read/in-time-order.ts'
import { freshReplay } from './fresh-replay.ts'
import { ExpectedRecords, madeRecord } from './made-records.ts'
import { holds, megabytes, peakRssMb, print } from './measured.ts'

/**
 * The most memory that reading may take. 32 MB of text are held, which are about 130 MB of objects, as docs/replay.md says; a stream holds half of that again while it is
 * passed on. V8 lets garbage grow to about as much before it collects all, and Node with the code takes 100 MB. None of it depends on the length.
 */
const READING_MB = 768

/** What the replay may take beside it: the databases of places, and the state of so many identities. */
const REPLAY_MB = 512

const IDENTITIES = 200

/** Reads a long stream from a pipe in the order of time, and with `replay` puts the pipeline behind it. */
export async function stream({ gigabytes, isReplayed }: { gigabytes: number; isReplayed: boolean }): Promise<void> {
  const count = Math.ceil((gigabytes * 1e9) / (madeRecord(0, IDENTITIES).length + 1))
  const run = isReplayed ? (await freshReplay()).run : undefined
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'write-stream.ts'), `${count}`, `${IDENTITIES}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const expected = new ExpectedRecords()
  const startedAt = performance.now()
  let bytes = 0
  const onProblem = ({ reason }: { reason: string }) => {
    throw new Error(`a problem where the stream has none: ${reason}`)
  }
  const onLate = (late: number) => holds(late === 0, `${late} records came later than could be waited for`)
  const onBytes = (length: number) => {
    bytes += length
  }
  try {
    for await (const batch of readInTimeOrder(['-'], { stdin: writer.stdout, onProblem, onLate, onBytes })) {
      for (const record of batch) expected.take(record)
      const result = await run?.run(batch)
      if (result !== undefined && result.failed.size > 0) throw new Error([...result.failed.values()][0])
    }
  } finally {
    writer.kill()
  }
  const seconds = (performance.now() - startedAt) / 1000
  const peak = peakRssMb()
  const limit = READING_MB + (isReplayed ? REPLAY_MB : 0)
  print(`${(bytes / 1e9).toFixed(2)} GB, ${expected.count} records of ${IDENTITIES} identities${isReplayed ? ', replayed' : ''}`)
  print(`${seconds.toFixed(0)} s, ${megabytes(bytes / seconds)}/s, ${Math.round(expected.count / seconds)} records/s`)
  print(`peak RSS ${peak} MB of at most ${limit}`)
  holds(expected.count === count, `${expected.count} of ${count} records came`)
  holds(run === undefined || run.tally.signals === count, `${run?.tally.signals} of ${count} records were replayed`)
  holds(peak <= limit, `peak RSS ${peak} MB, more than ${limit}`)
}
