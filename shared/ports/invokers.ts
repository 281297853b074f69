/** Hands an incident to the function that may contain: the id, and nothing else. */
export interface ContainInvoker {
  contain(incidentId: string): Promise<void>
}

/** Has an incident looked at again, some seconds later and some more: whoever is at work on it then may undo what was done. */
export interface ReverifyQueue {
  /** After each of these times, in seconds, 900 at most. */
  verifyLater(incidentId: string, afterSeconds: readonly number[]): Promise<void>
}

/** Hands an incident to the function that makes keys anew: the id, and nothing else. */
export interface RotateInvoker {
  rotate(incidentId: string): Promise<void>
}

/** Has the events of an incident's credentials looked up that never came by themselves. */
export interface BackfillQueue {
  backfill(incidentId: string): Promise<void>
}

/** Asks for the past of a long-lived key that is seen for the first time, off the hot path. */
export interface BootstrapQueue {
  bootstrap(accessKeyId: string): Promise<void>
}
