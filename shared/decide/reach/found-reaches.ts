import { type AccountPolicies, isServiceLinked } from '../../domain/account-policies.ts'
import type { FoundReach } from '../../domain/stored-reach.ts'
import { reachIn } from './account-reach.ts'

/** What is stored of the reach of an account: each user and role but the service-linked ones, with its tags, and its paths by their names. */
export function foundReaches(account: AccountPolicies): readonly FoundReach[] {
  const found = reachIn(account)
  return account.holders.flatMap(({ id, tags }) => {
    const one = isServiceLinked(id) ? undefined : found.get(id)
    return one === undefined ? [] : [{ id, reach: one.reach, reasons: one.reasons, paths: one.paths.map(({ path }) => path.name), tags }]
  })
}
