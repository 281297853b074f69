import type { PackedRules } from '../../shared/detect/rules/packed-rule.ts'
import type { Trust } from '../../shared/sense/believe.ts'
import type { ReadProgress, TimeOrderOptions } from '../read/in-time-order.ts'
import type { InputProblem } from '../read/read-file.ts'
import type { Span } from '../replay/between.ts'

/** The callbacks of a reading, which the main thread has and the reader tells of. */
export type ReadingCallbacks = Pick<TimeOrderOptions, 'onProblem' | 'onSkip' | 'onRow' | 'onLate' | 'onProgress' | 'onBytes'>

/** A call of one of them, in the order in which they were made. `rows`: so many rows of that file. */
export type Told =
  | { readonly kind: 'problem'; readonly problem: InputProblem }
  | { readonly kind: 'skip'; readonly file: string; readonly what: Parameters<NonNullable<ReadingCallbacks['onSkip']>>[1] }
  | { readonly kind: 'rows'; readonly file: string; count: number }
  | { readonly kind: 'late'; readonly count: number }
  | { readonly kind: 'progress'; readonly progress: ReadProgress }
  | { readonly kind: 'bytes'; count: number }

/** What the reader says to the main thread. */
export interface FromReader {
  /** Before the batch. */
  readonly told: readonly Told[]
  /** What a `BatchEncoder` wrote. */
  readonly batch?: string
  /** True for the last one, after which the reader ends. */
  readonly isEnd?: true
}

/** What the reader is started with. Whatever the main thread says later ends the reading. */
export interface ReaderTask {
  readonly paths: readonly string[]
  readonly span: Span
  readonly trust: Trust
  /** The rules that records are compared with. */
  readonly rules?: PackedRules | undefined
  /** The folder in which files are sorted. */
  readonly temporary: string
  /** How many messages were sent and not taken: the memory of an `Int32Array` of one. */
  readonly inFlight: SharedArrayBuffer
  /** Limits of the reading, for tests. */
  readonly limits: Pick<TimeOrderOptions, 'heldBytes' | 'openFiles' | 'parsedBytes'>
}

/** The most messages that are sent and not taken. The reader waits then, so memory does not grow where the main thread is slower. */
export const MAX_IN_FLIGHT = 4
