import { setTimeout } from 'node:timers/promises'
import type { Worker } from 'node:worker_threads'
import { ResponderError } from '../../shared/errors.ts'
import type { FromReader } from './messages.ts'

/** How long the reader may take to end by itself when nobody takes its messages any more, before it is ended. Milliseconds. */
const ENDING_MS = 5000

/** So far below what makes the reader wait that it never waits again. */
const NEVER_WAIT = -(2 ** 30)

/** The thread that reads, as the main thread sees it: its messages one after the other, and its end. */
export class Reader {
  readonly #thread: Worker
  readonly #inFlight: Int32Array
  readonly #waiting: FromReader[] = []
  readonly #exited: Promise<unknown>
  readonly #signal: AbortSignal | undefined
  #failure: Error | undefined
  #wake: () => void = () => {}

  constructor(thread: Worker, inFlight: SharedArrayBuffer, signal: AbortSignal | undefined) {
    this.#thread = thread
    this.#inFlight = new Int32Array(inFlight)
    this.#signal = signal
    this.#exited = new Promise((resolve) => thread.once('exit', resolve))
    thread.on('message', (message: FromReader) => {
      this.#waiting.push(message)
      this.#wake()
    })
    thread.once('messageerror', (error) => this.#fail(error))
    thread.once('error', (error) => this.#fail(error))
    thread.once('exit', (code) => this.#fail(new Error(`it ended with the code ${code}`)))
    if (signal?.aborted === true) this.#stop()
    else signal?.addEventListener('abort', this.#stop, { once: true })
  }

  /** The next message. Throws where the thread fails, or ends without having sent its last one. */
  async next(): Promise<FromReader> {
    for (;;) {
      const message = this.#waiting.shift()
      if (message !== undefined) return message
      if (this.#failure !== undefined) throw clear(this.#failure)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Says that a message was used, so that the reader may send another one. */
  taken(): void {
    Atomics.sub(this.#inFlight, 0, 1)
    Atomics.notify(this.#inFlight, 0)
  }

  /** Ends the thread, which removes its files first where it can. */
  async end(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#stop)
    this.#stop()
    Atomics.store(this.#inFlight, 0, NEVER_WAIT)
    Atomics.notify(this.#inFlight, 0)
    const isOver = new AbortController()
    const late = setTimeout(ENDING_MS, undefined, { signal: isOver.signal }).catch(() => {})
    await Promise.race([this.#exited, late])
    isOver.abort()
    await this.#thread.terminate()
  }

  readonly #stop = (): void => this.#thread.postMessage('end')

  #fail(error: Error): void {
    this.#failure ??= error
    this.#wake()
  }
}

/** An error of the file system says by itself what to do, such as a full disk; of any other, people have to know where it was. */
function clear(error: Error): Error {
  const { code, path } = error as NodeJS.ErrnoException
  if (code !== undefined && path !== undefined) return error
  const what = `the thread that reads the logs failed, so they were not read to their end: ${error.message}`
  return new ResponderError('input.unreadable', `${what}; --jobs 1 reads them without that thread`, { cause: error })
}
