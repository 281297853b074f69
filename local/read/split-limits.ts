/** One damaged place of an input: `position` is a byte offset in the uncompressed text, `record` counts from 1. */
export interface SplitProblem {
  readonly position: number
  readonly record?: number
  readonly reason: string
}

/** Where a value stood in the input, and what it is there. */
export interface Place {
  /** Byte offset in the expanded text. */
  readonly position: number
  readonly bytes: number
  /** True for the value of a member of an object that was opened: it may be anything, such as the token of the next page. */
  readonly isMember: boolean
}

/** Takes a value, of which the first record has the number `ordinal + 1`. Returns how many records it took for. */
export type OnValue = (value: unknown, place: Place, ordinal: number) => number

/** The largest record that is accepted. CloudTrail's are at most 256 KB, so a larger one is damaged or hostile. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024

/** Bytes that may be scanned without a result before reading stops. It keeps the work linear for any input. */
export const MAX_WASTED_BYTES = 16 * MAX_RECORD_BYTES

/** Chunks are cut to this size, so that memory stays bounded. */
export const MAX_CHUNK_BYTES = 1024 * 1024

/** The most bytes that a quick path tries to parse, so that a wrong guess costs little. */
export const MAX_QUICK_BYTES = 64 * 1024

/** The most lists and objects that are open one in another. */
export const MAX_OPEN_DEPTH = 64
