import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { foundReaches } from '../shared/decide/reach/found-reaches.ts'
import { AuthorizationDetails } from '../shared/domain/authorization-details.ts'
import { accountPoliciesOf } from '../shared/domain/policies-in-details.ts'
import { reachAfter, type StoredReach } from '../shared/domain/stored-reach.ts'
import { isOnlyObserved } from '../shared/memory/observed-user.ts'
import type { ReachStore } from '../shared/ports/reach.ts'
import type { Clock } from '../shared/ports/runtime.ts'
import { ACCOUNT_FILE } from './embedded/folder-rights.ts'

/** What the users and roles of an embedded account could break: there is no night to wait for, so it is computed when it is asked for. */
export function folderReach(folder: string, clock: Clock): Pick<ReachStore, 'read' | 'list'> {
  const all = async (): Promise<readonly StoredReach[]> => {
    const details = AuthorizationDetails.parse(JSON.parse(await readFile(join(folder, ACCOUNT_FILE), 'utf8')))
    // Of somebody whom only a log shows no policies are known.
    const users = details.UserDetailList.filter((one) => !isOnlyObserved(one.UserPolicyList, one.AttachedManagedPolicies, one.GroupList))
    const roles = details.RoleDetailList.filter((one) => !isOnlyObserved(one.RolePolicyList, one.AttachedManagedPolicies))
    const at = clock.now()
    const account = accountPoliciesOf({ ...details, UserDetailList: users, RoleDetailList: roles })
    return foundReaches(account).map((one) => reachAfter(one, undefined, at))
  }
  return {
    read: async ({ id }) => (await all()).find((one) => one.id === id),
    async *list() {
      yield* await all()
    },
  }
}
