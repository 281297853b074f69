/** What CloudWatch has of the last hours of a stack. Times are epoch ms. */
export interface Arrivals {
  /** When the stack's own call last arrived, to five minutes; undefined where it did not within three hours. */
  readonly lastHeartbeat: number | undefined
  /** How long the oldest message of each queue waited at most in the last quarter of an hour, in seconds, by the queue's name. An idle queue has none. */
  readonly oldestSeconds: Readonly<Record<string, number>>
  /** From call to decision, in ms: the slowest of a hundred in the last three hours. Undefined where the stack has no dashboard, or nothing was decided. */
  readonly lagMs: number | undefined
}

/** Who gets what a topic publishes: `pending` have not confirmed that they want it. */
export interface Subscribers {
  readonly confirmed: number
  readonly pending: number
}

/** How a deployed stack does, by the services around it. */
export interface StackHealth {
  /** `now`: epoch ms. */
  arrivals(now: number): Promise<Arrivals>
  /** By how many ms the clock of this machine is ahead of AWS; negative where it is behind. It is known to a second. */
  clockAhead(): Promise<number>
  /** Who gets the notices, and who is paged; the second is undefined where both are the same topic. */
  subscribers(): Promise<{ readonly notices: Subscribers; readonly pages: Subscribers | undefined }>
}
