import type { MessagePort } from 'node:worker_threads'
import { type FromReader, MAX_IN_FLIGHT, type ReadingCallbacks, type Told } from './messages.ts'

/** The most calls of callbacks in one message. */
const TOLD_LIMIT = 1000

/** How often progress is told, in milliseconds: a line on a terminal is drawn no oftener. */
const PROGRESS_MS = 100

/** Sends what is read to the main thread, in order, and waits while too much of it is not taken. */
export class Sender {
  readonly #port: Pick<MessagePort, 'postMessage'>
  readonly #inFlight: Int32Array
  #told: Told[] = []
  #progressAt = Number.NEGATIVE_INFINITY

  constructor(port: Pick<MessagePort, 'postMessage'>, inFlight: SharedArrayBuffer) {
    this.#port = port
    this.#inFlight = new Int32Array(inFlight)
  }

  /** The callbacks of the reading. A call is sent with the next batch, or where many wait. */
  get callbacks(): Required<ReadingCallbacks> {
    return {
      onProblem: (problem) => this.#tell({ kind: 'problem', problem }),
      onSkip: (file, what) => this.#tell({ kind: 'skip', file, what }),
      onRow: (file) => {
        const last = this.#told.at(-1)
        if (last?.kind === 'rows' && last.file === file) last.count += 1
        else this.#tell({ kind: 'rows', file, count: 1 })
      },
      onLate: (count) => this.#tell({ kind: 'late', count }),
      onBytes: (count) => {
        const last = this.#told.at(-1)
        if (last?.kind === 'bytes') last.count += count
        else this.#tell({ kind: 'bytes', count })
      },
      onProgress: (progress) => {
        const now = performance.now()
        // The first of those that were taken begins the time that is measured.
        const isFirst = progress.kind === 'taken' && progress.records === 0
        if (!isFirst && now - this.#progressAt < PROGRESS_MS) return
        this.#progressAt = now
        this.#tell({ kind: 'progress', progress })
        this.send({})
      },
    }
  }

  /** Sends a message with all that is to be told before it. Blocks this thread while `MAX_IN_FLIGHT` messages are not taken. */
  send(message: Omit<FromReader, 'told'>): void {
    for (let count = this.#count(); count >= MAX_IN_FLIGHT; count = this.#count()) Atomics.wait(this.#inFlight, 0, count)
    Atomics.add(this.#inFlight, 0, 1)
    this.#port.postMessage({ told: this.#told, ...message } satisfies FromReader)
    this.#told = []
  }

  #count(): number {
    return Atomics.load(this.#inFlight, 0)
  }

  #tell(told: Told): void {
    this.#told.push(told)
    if (this.#told.length >= TOLD_LIMIT) this.send({})
  }
}
