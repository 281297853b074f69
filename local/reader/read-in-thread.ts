import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { PackedRules } from '../../shared/detect/rules/packed-rule.ts'
import type { Trust } from '../../shared/sense/believe.ts'
import type { Span } from '../replay/between.ts'
import type { LogBatch } from '../replay/log-batches.ts'
import { BatchDecoder } from './batch-codec.ts'
import type { ReaderTask, ReadingCallbacks, Told } from './messages.ts'
import { ReadRecord } from './read-record.ts'
import { Reader } from './reader.ts'

/** The file of the thread: beside this one, and in an installed package beside the bundle. */
const THREAD = new URL(import.meta.url.endsWith('.ts') ? './read-thread.ts' : './read-thread.js', import.meta.url)

export interface ThreadOptions extends ReadingCallbacks {
  readonly trust: Trust
  readonly rules?: PackedRules | undefined
  /** Ends the reading; what was read by then is still returned. */
  readonly signal?: AbortSignal
  /** Limits of the reading, for tests. */
  readonly limits?: ReaderTask['limits']
  /** The folder in which a temporary one is made. For tests. */
  readonly temporary?: string
  /** Starts the thread; by default the reader. For tests. */
  readonly start?: (task: ReaderTask) => Worker
}

/**
 * Reads the records of logs in the order of their times as `logBatches` does, on a thread of its own, which also says what is believed and normalises:
 * the inputs are `ReadRecord`s. Callbacks are called in the order in which the reader called them.
 *
 * Throws where the thread ends before it has read everything, so that a part of a log is never taken for all of it.
 */
export async function* readInThread(paths: readonly string[], span: Span, options: ThreadOptions): AsyncGenerator<LogBatch> {
  const { trust, rules, signal, limits = {}, start = startReader } = options
  // This thread removes it, whatever ends the other.
  const temporary = mkdtempSync(join(options.temporary ?? tmpdir(), 'countersign-'))
  const remove = () => rmSync(temporary, { recursive: true, force: true })
  process.once('exit', remove)
  const inFlight = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
  const reader = new Reader(start({ paths, span, trust, rules, temporary, limits, inFlight }), inFlight, signal)
  const decoder = new BatchDecoder()
  try {
    for (;;) {
      const { told, batch, isEnd } = await reader.next()
      for (const one of told) call(one, options)
      if (batch !== undefined) {
        const { records, inputs } = decoder.decode(batch)
        yield { records, inputs, originOf: (at) => ReadRecord.originOf(inputs[at]) }
        // A signal of the system comes in a turn of the event loop, and messages that wait are taken without one.
        await setImmediate()
      }
      if (isEnd === true) return
      reader.taken()
    }
  } finally {
    await reader.end()
    process.off('exit', remove)
    remove()
  }
}

/** The young generation of the reader's heap, in MB: with its own default the engine takes 70 to 100 MB more, and gains no time by them. */
const YOUNG_MB = 24

/** The old generation keeps its default: what a hostile log needs once it is parsed may be many times its text. */
function startReader(workerData: ReaderTask): Worker {
  return new Worker(THREAD, { workerData, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } })
}

function call(told: Told, { onProblem, onSkip, onRow, onLate, onProgress, onBytes }: ReadingCallbacks): void {
  switch (told.kind) {
    case 'problem':
      return onProblem(told.problem)
    case 'skip':
      return onSkip?.(told.file, told.what)
    case 'rows':
      for (let count = 0; count < told.count; count++) onRow?.(told.file)
      return
    case 'late':
      return onLate?.(told.count)
    case 'progress':
      return onProgress?.(told.progress)
    case 'bytes':
      return onBytes?.(told.count)
  }
}
