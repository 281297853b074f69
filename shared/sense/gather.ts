import type { Signal } from '../domain/signal.ts'
import { HOUR_MS } from '../domain/time.ts'
import { UNCLAIMED_AN_HOUR, unclaimedIdentity } from '../domain/unclaimed.ts'
import type { Clock } from '../ports/runtime.ts'
import type { IdentityStore } from '../ports/stores.ts'
import { isWritten } from './join.ts'

export interface GatherPorts {
  /** Which unclaimed credentials had an incident of their own in this hour. */
  readonly unclaimed: Pick<IdentityStore, 'admitUnclaimed'>
  /** The responder's own account; undefined where a log of any account is replayed. */
  readonly account: string | undefined
  readonly clock: Clock
}

/**
 * Gathers a flood: what anybody may have written of credentials that nobody is known to own is an incident each, for the first of an hour; all further ones of a
 * source are one incident of that hour, which asks and lists some of them. The hour is that of the responder, since a party may say any time.
 *
 * A report that asks nobody, one of an id alone, is not counted. What a credential of them does when it is used counts for its user, as ever.
 */
export async function gathered(signal: Signal, { unclaimed, account, clock }: GatherPorts): Promise<Signal> {
  const { identity, source, report } = signal
  if (identity.kind !== 'unknown' || source === 'cloudtrail' || report?.grade === 'id-only' || !isWritten(signal)) return signal
  const hour = Math.floor(clock.now() / HOUR_MS)
  if (await unclaimed.admitUnclaimed(hour, identity.id, UNCLAIMED_AN_HOUR)) return signal
  return { ...signal, identity: unclaimedIdentity(account ?? signal.account, source, hour) }
}
