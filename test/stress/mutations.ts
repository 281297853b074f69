import { Worker } from 'node:worker_threads'
import { holds, megabytes, peakRssMb, print } from './measured.ts'

/** The longest that one input of some kilobytes may take, on a machine that does other things too. Milliseconds. */
const LONGEST_MS = 10_000

/** The most heap of the thread that reads. An input has some kilobytes; V8 ends the thread where it needs more. */
const HEAP_MB = 512

/** The heap, the databases of places and the code. */
const RSS_MB = 1024

/** One of so many inputs is replayed too. */
const REPLAYED = 5

/** Which inputs are read: those with the numbers from `from` on. The same seed and number make the same input. */
export interface Task {
  readonly count: number
  readonly seed: number
  readonly from: number
  /** One of so many inputs is replayed too. */
  readonly replayed: number
  /** Holds how many inputs were begun. */
  readonly begun: Int32Array
}

/** What came of them. */
export interface Outcome {
  readonly records: number
  readonly problems: number
  readonly replayedInputs: number
  readonly replayedRecords: number
  readonly signals: number
  readonly longest: { readonly ms: number; readonly input: number; readonly form: string }
  readonly heapBytes: number
}

/** Reads damaged inputs in a thread of its own, so that one that never ends can be seen and named. */
export async function mutations(range: Pick<Task, 'count' | 'seed' | 'from'>): Promise<void> {
  const begun = new Int32Array(new SharedArrayBuffer(4))
  const task: Task = { ...range, replayed: REPLAYED, begun }
  const startedAt = performance.now()
  const worker = new Worker(new URL('./mutation-reader.ts', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  })
  const again = () => `--seed ${range.seed} --from ${range.from + Math.max(0, (begun[0] ?? 0) - 1)} --count 1`
  const { outcome, timer } = watched(worker, begun)
  let found: Outcome
  try {
    found = await outcome
  } catch (error) {
    throw new Error(`an input was not read (${again()})`, { cause: error })
  } finally {
    clearInterval(timer)
    await worker.terminate()
  }
  const seconds = (performance.now() - startedAt) / 1000
  const { longest } = found
  print(`${range.count} inputs from number ${range.from} on, seed ${range.seed}, in ${seconds.toFixed(0)} s: 0 crashes, 0 hangs`)
  print(`${found.records} records were found in them, and ${found.problems} places that could not be read`)
  print(`${found.replayedInputs} of the inputs were replayed too: ${found.replayedRecords} records, ${found.signals} signals`)
  print(`the longest took ${longest.ms.toFixed(0)} ms of at most ${LONGEST_MS}: input ${longest.input} (${longest.form})`)
  print(`largest heap seen ${megabytes(found.heapBytes)} of at most ${HEAP_MB}, peak RSS ${peakRssMb()} MB of at most ${RSS_MB}`)
  holds(longest.ms <= LONGEST_MS, `input ${longest.input} took too long`)
  holds(peakRssMb() <= RSS_MB, `peak RSS ${peakRssMb()} MB, more than ${RSS_MB}`)
}

/** The outcome of the thread; it fails where the thread fails, or where the same input is read for too long. */
function watched(worker: Worker, begun: Int32Array): { outcome: Promise<Outcome>; timer: NodeJS.Timeout } {
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
  worker.on('message', resolve)
  worker.on('error', reject)
  let [last, since] = [0, performance.now()]
  const timer = setInterval(() => {
    const now = Atomics.load(begun, 0)
    if (now !== last) [last, since] = [now, performance.now()]
    else if (performance.now() - since > 2 * LONGEST_MS) reject(new Error('it is still being read: this is a hang'))
  }, 500)
  return { outcome: promise, timer }
}
