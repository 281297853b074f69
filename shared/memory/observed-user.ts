import type { Identity } from '../domain/signal.ts'
import type { AuthorizationDetails } from './authorization-details.ts'

/** A user of the embedded account of which only a log tells: without policies, groups and tags. */
export function observedUser({ name, id }: Identity): AuthorizationDetails['UserDetailList'][number] {
  return { UserName: name, Arn: id, Path: '/', UserPolicyList: [], AttachedManagedPolicies: [], GroupList: [], Tags: [] }
}

/** A role of the embedded account of which only a log tells: without policies and tags. */
export function observedRole({ name, id }: Identity): AuthorizationDetails['RoleDetailList'][number] {
  return { RoleName: name, Arn: id, Path: '/', RolePolicyList: [], AttachedManagedPolicies: [], Tags: [] }
}

/** True where nothing is known of what a user or role may do, by the lists of its policies and groups. */
export function isOnlyObserved(...lists: readonly (readonly unknown[])[]): boolean {
  return lists.every(({ length }) => length === 0)
}
