import { type AccountPolicies, isServiceLinked } from '../../domain/account-policies.ts'
import type { FoundReach } from '../../domain/stored-reach.ts'
import { reachIn } from './account-reach.ts'

/** The reach of somebody, as it is stored. `isCut`: it may be less, because not all could be worked out. */
export type Found = FoundReach & { readonly isCut: boolean }

/**
 * What is stored of the reach of an account: each user and role but the service-linked ones, with its tags, and its paths by their names. `isOver`: from then on nothing more
 * is worked out, and what is not worked out counts as possible.
 */
export function foundReaches(account: AccountPolicies, isOver?: () => boolean): readonly Found[] {
  const found = reachIn(account, isOver)
  return account.holders.flatMap(({ id, principalId, tags }) => {
    const one = isServiceLinked(id) ? undefined : found.get(id)
    if (one === undefined) return []
    const { reach, reasons, paths, isCut } = one
    return [{ id, principalId, reach, reasons, paths: paths.map(({ path }) => path.name), tags, isCut }]
  })
}
