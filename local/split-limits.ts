/** One damaged place of an input: `position` is a byte offset in the uncompressed text, `record` counts from 1. */
export interface SplitProblem {
  readonly position: number
  readonly record?: number
  readonly reason: string
}

/** The largest record taken. CloudTrail's own are at most 256 KB, so only damage or hostility comes near it. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024

/** Bytes that may be looked at in vain before an input is given up: it keeps the work linear, whatever the input holds. */
export const MAX_WASTED_BYTES = 16 * MAX_RECORD_BYTES

/** Chunks are cut to this size, so that what is held stays bounded. */
export const MAX_CHUNK_BYTES = 1024 * 1024

/** The quick paths guess at most this far, so that guessing wrong stays cheap. */
export const MAX_QUICK_BYTES = 64 * 1024
