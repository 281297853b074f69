/** Invokes the function that may contain, with an incident id and nothing else. */
export interface ContainInvoker {
  contain(incidentId: string): Promise<void>
}

/** Schedules later checks that the containment of an incident is still in place, because an intruder may reverse it. */
export interface ReverifyQueue {
  /** `afterSeconds`: one delay per check, each at most 900, the limit of SQS. */
  verifyLater(incidentId: string, afterSeconds: readonly number[]): Promise<void>
}

/** Invokes the function that rotates keys, with an incident id and nothing else. */
export interface RotateInvoker {
  rotate(incidentId: string): Promise<void>
}

/** Requests a backfill: a lookup of the events of an incident's credentials that were not delivered. */
export interface BackfillQueue {
  backfill(incidentId: string): Promise<void>
}

/** Requests the CloudTrail history of a long-lived key that is seen for the first time, outside the hot path. */
export interface BootstrapQueue {
  /** `identityId`: who uses the key, by whose state it is known whether that was done already. */
  bootstrap(accessKeyId: string, identityId: string): Promise<void>
}
