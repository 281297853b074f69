/** What an attempt is taken to last at least: two round trips to DynamoDB, a read and a write. */
const SHORTEST_MS = 20

/** The longest wait before a lost write is tried again. */
const LONGEST_MS = 2000

/**
 * How long to wait before a lost write is tried again, in milliseconds: any time up to a limit ("full jitter"), which doubles with each attempt. It starts at half the time that
 * an attempt takes: whoever won is away for a moment, to answer and to get its next batch, and a short second attempt fits in between. `random`: from 0 up to 1. `attempt`: 1
 * for the first that follows.
 */
export function backoffMs(attempt: number, { tookMs, random }: { readonly tookMs: number; readonly random: number }): number {
  return random * Math.min(LONGEST_MS, (Math.max(SHORTEST_MS, tookMs) / 2) * 2 ** (attempt - 1))
}
