/** How a queue hands out events. */
interface Lane {
  readonly batchSize: number
  /** The most batches that are processed at the same time: 2, the least that Lambda takes, to 1,000. */
  readonly maxConcurrency: number
  /** How long a batch is gathered. Without it Lambda hands out at once, ten messages at most. */
  readonly windowSeconds?: number
}

/**
 * The lanes of events. All are bounded: without a bound Lambda goes up to 1,000 batches at a time, all of which a flood by one key has write the same identity. A batching
 * window is for bulk alone, because Lambda waits for up to 20 seconds where there is little traffic, however short the window is. docs/decisions/0048-contention.md has
 * the figures.
 */
export const LANES = {
  confirmed: { batchSize: 10, maxConcurrency: 5 },
  hot: { batchSize: 10, maxConcurrency: 5 },
  tokens: { batchSize: 10, maxConcurrency: 2 },
  bulk: { batchSize: 200, maxConcurrency: 10, windowSeconds: 5 },
} as const satisfies Record<string, Lane>
