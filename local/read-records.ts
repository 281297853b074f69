import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { listFiles } from './list-files.ts'
import { readBytes } from './read-bytes.ts'
import { readWhole } from './read-whole.ts'
import { RecordSplitter } from './split-records.ts'

/** One place of the input that could not be read. */
export interface InputProblem {
  /** The path as it was found; `-` for standard input. */
  readonly file: string
  /** Byte offset in the uncompressed text. */
  readonly position: number
  /** The number of the record in the file, from 1, where the problem is in one record. */
  readonly record?: number
  readonly reason: string
}

/** Where a record was read: the path of its file, and its number in it, from 1, as problems count it. */
export type RecordOrigin = Required<Pick<InputProblem, 'file' | 'record'>>

/** Callbacks while records are read. */
export interface ReadRecordsOptions {
  onProblem(problem: InputProblem): void
  /** The stream for `-`; by default this process's standard input. */
  stdin?: Readable
  /** Is told where each record was read. */
  readonly origins?: WeakMap<object, RecordOrigin>
  /** Called with the number of bytes read from disk or pipe, before they are expanded: for a progress bar. */
  onBytes?(count: number): void
  /** Called for a file below a folder that is not a log file. */
  onSkip?(file: string): void
  /** Called with the most bytes of one file that were in memory at once. */
  onBuffered?(bytes: number): void
}

const BATCH_RECORDS = 1000
const READ_BYTES = 1024 * 1024

/**
 * Reads CloudTrail records, in batches of up to 1,000, from files, folders and `-` for standard input.
 *
 * Reads CloudTrail's files in S3 (`{"Records":[…]}`), the output of `aws cloudtrail lookup-events`, arrays and NDJSON, plain or gzip. The
 * content decides which it is. EventBridge envelopes are returned as they are. Memory does not grow with the input. No content
 * makes this throw: what cannot be read goes to `onProblem`, and reading goes on.
 *
 * @example
 * for await (const batch of readRecords(['AWSLogs/'], { onProblem: console.error })) for (const record of batch) use(record)
 */
export async function* readRecords(paths: readonly string[], options: ReadRecordsOptions): AsyncGenerator<unknown[]> {
  let records: unknown[] = []
  for (const path of paths) {
    for (const file of filesOf(path, options)) {
      for await (const _ of readFile(file, (record) => records.push(record), options)) {
        let from = 0
        for (; records.length - from >= BATCH_RECORDS; from += BATCH_RECORDS) yield records.slice(from, from + BATCH_RECORDS)
        if (from > 0) records = records.slice(from)
      }
    }
  }
  if (records.length > 0) yield records
}

function filesOf(path: string, options: ReadRecordsOptions): Iterable<string> {
  if (path === '-') return ['-']
  return listFiles(path, {
    onProblem: (problem) => options.onProblem({ ...problem, position: 0 }),
    onSkip: (file) => options.onSkip?.(file),
  })
}

/** Passes a file's records to `onRecord`; yields whenever there may be new ones. */
async function* readFile(file: string, onRecord: (record: unknown) => void, options: ReadRecordsOptions): AsyncGenerator<void> {
  const take = (record: object, ordinal: number) => {
    options.origins?.set(record, { file, record: ordinal })
    onRecord(record)
  }
  const splitter = new RecordSplitter(take, (problem) => options.onProblem({ file, ...problem }))
  const onBytes = (count: number) => options.onBytes?.(count)
  const whole = file === '-' ? undefined : readWhole(file, onBytes)
  let isCut = false
  if (whole) splitter.push(whole)
  else {
    const onDamage = (reason: string) => {
      isCut = true
      options.onProblem({ file, position: splitter.position, reason })
    }
    const source = file === '-' ? (options.stdin ?? process.stdin) : createReadStream(file, { highWaterMark: READ_BYTES })
    for await (const chunk of readBytes(source, { onBytes, onDamage })) {
      splitter.push(chunk)
      yield
    }
  }
  splitter.end(isCut)
  yield
  options.onBuffered?.(splitter.largestBufferedBytes)
}
