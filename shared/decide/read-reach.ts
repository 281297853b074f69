import type { Identity } from '../domain/signal.ts'
import type { StoredReach } from '../domain/stored-reach.ts'
import { errorName, UnreadableItem } from '../errors.ts'
import type { ReachStore } from '../ports/reach.ts'
import type { Log } from '../ports/runtime.ts'

export interface ReachReading {
  /** Absent where nobody takes an inventory. */
  readonly reach?: Pick<ReachStore, 'read'> | undefined
  readonly log: Log
}

/**
 * What the last inventory found of an identity. What cannot be read, for whatever reason, is told and is not known: an order of work is no reason to lose an event, nor
 * to hold up a containment.
 */
export async function readReach(identity: Identity, { reach, log }: ReachReading): Promise<StoredReach | undefined> {
  try {
    return await reach?.read(identity)
  } catch (cause) {
    if (cause instanceof UnreadableItem) log.warn('reach.unreadable', { key: cause.key })
    else log.warn('reach.unread', { identity: identity.id, why: errorName(cause) })
    return undefined
  }
}
