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
 * What the last inventory found of an identity: under its name, and where that was nobody's or somebody else's then, under the names that the user had before, the gravest of
 * them. So whoever renames a user takes neither its reach from it nor somebody else's to it. Of a user that the inventory knows one item is read.
 *
 * What cannot be read, for whatever reason, is told and is not known: an order of work is no reason to lose an event, nor to hold up a containment.
 */
export async function readReach(identity: Identity, { reach, identities, log }: ReachReading): Promise<StoredReach | undefined> {
  if (reach === undefined) return undefined
  try {
    const known = await reach.read(identity)
    if (known !== undefined && isReachOf(known, identity)) return known
    const { id, kind, account, principalId } = identity
    if (kind !== 'iam-user' || principalId === undefined) return undefined
    const names = (await identities.loadNames([principalId])).get(principalId)?.value ?? []
    const earlier = new Set(names.map(({ arn }) => arn).filter((arn) => arn !== id))
    const found = await Promise.all([...earlier].map((arn) => reach.read({ id: arn, account })))
    const own = found.filter((one) => one !== undefined).filter((one) => isReachOf(one, identity))
    return own.toSorted((a, b) => b.score - a.score || b.at - a.at)[0]
  } catch (cause) {
    if (cause instanceof UnreadableItem) log.warn('reach.unreadable', { key: cause.key })
    else log.warn('reach.unread', { identity: identity.id, why: errorName(cause) })
    return undefined
  }
}
