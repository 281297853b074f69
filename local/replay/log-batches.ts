import { readInTimeOrder, type TimeOrderOptions } from '../read/in-time-order.ts'
import type { RecordOrigin } from '../read/read-file.ts'
import { isBetween, type Span } from './between.ts'

/** Records of logs, for the pipeline. */
export interface LogBatch {
  /** How many were read, with those outside the time that was asked for. */
  readonly records: number
  /** Those inside it. */
  readonly inputs: readonly unknown[]
  /** Where the input at this position was read. */
  originOf(at: number): RecordOrigin | undefined
}

/** Reads the records of logs in the order of their times, on this thread. */
export async function* logBatches(paths: readonly string[], span: Span, options: TimeOrderOptions): AsyncGenerator<LogBatch> {
  const origins = new Map<object, RecordOrigin>()
  for await (const batch of readInTimeOrder(paths, { ...options, origins })) {
    const inputs = batch.filter((record) => isBetween(record, span))
    yield { records: batch.length, inputs, originOf: (at) => origins.get(inputs[at] as object) }
    origins.clear()
  }
}
