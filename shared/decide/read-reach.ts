import { unresolved } from '../detect/follow-names.ts'
import type { Identity } from '../domain/signal.ts'
import { isReachOf, type StoredReach } from '../domain/stored-reach.ts'
import { errorName, UnreadableItem } from '../errors.ts'
import type { ReachStore } from '../ports/reach.ts'
import type { Log } from '../ports/runtime.ts'
import type { IdentityStore } from '../ports/stores.ts'

export interface ReachReading {
  /** Absent where nobody takes an inventory. */
  readonly reach?: Pick<ReachStore, 'read'> | undefined
  readonly identities: Pick<IdentityStore, 'loadNames'>
  readonly log: Log
}

/**
 * What the last inventory found of an identity: under its name, and where that was nobody's or may have been somebody else's then, under the names that the user had before, the
 * gravest of them. So whoever renames a user takes neither its reach from it nor somebody else's to it. Of a user that the inventory knows one item is read.
 *
 * What cannot be read, for whatever reason, is told and is not known: an order of work is no reason to lose an event, nor to hold up a containment.
 */
export async function readReach(identity: Identity, { reach, identities, log }: ReachReading): Promise<StoredReach | undefined> {
  if (reach === undefined) return undefined
  try {
    const known = await reach.read(identity)
    const { id, kind, account, principalId } = identity
    if (kind !== 'iam-user' || principalId === undefined) return known !== undefined && isReachOf(known, identity) ? known : undefined
    if (known?.principalId === principalId) return known
    // A rename of which nobody could say whose it was is kept under the name that it gave.
    const histories = await identities.loadNames([principalId, unresolved(id)])
    const names = [...histories.values()].flatMap(({ value }) => value).map(({ arn }) => arn)
    const earlier = [...new Set(names)].filter((arn) => arn !== id)
    const found = await Promise.all(earlier.map((arn) => reach.read({ id: arn, account })))
    const own = [known, ...found].filter((one) => one !== undefined).filter((one) => isReachOf(one, identity))
    return own.toSorted((a, b) => b.score - a.score || b.at - a.at)[0]
  } catch (cause) {
    if (cause instanceof UnreadableItem) log.warn('reach.unreadable', { key: cause.key })
    else log.warn('reach.unread', { identity: identity.id, why: errorName(cause) })
    return undefined
  }
}
