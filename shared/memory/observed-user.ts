import { parseArn, principalIn } from '../domain/arn.ts'
import type { AuthorizationDetails } from '../domain/authorization-details.ts'
import { roleArnOf } from '../domain/identity-center.ts'
import type { Identity } from '../domain/signal.ts'

type Role = AuthorizationDetails['RoleDetailList'][number]

/** A user of the embedded account of which only a log tells: without policies, groups and tags. */
export function observedUser({ name, id }: Identity): AuthorizationDetails['UserDetailList'][number] {
  return { UserName: name, Arn: id, Path: '/', UserPolicyList: [], AttachedManagedPolicies: [], GroupList: [], Tags: [] }
}

/** A role of the embedded account of which only a log tells: without policies and tags. */
export function observedRole({ name, id }: Identity): Role {
  return { RoleName: name, Arn: id, Path: '/', RolePolicyList: [], AttachedManagedPolicies: [], Tags: [] }
}

/** True where nothing is known of what a user or role may do, by the lists of its policies and groups. */
export function isOnlyObserved(...lists: readonly (readonly unknown[])[]): boolean {
  return lists.every(({ length }) => length === 0)
}

/** The role of an identity by its name, as IAM is asked for it; it has no other role of that name. */
export function roleByName(roles: readonly Role[], identity: Identity): Role | undefined {
  const name = principalIn(roleArnOf(identity) ?? '')?.name
  return roles.find(({ RoleName, Arn }) => RoleName === name && parseArn(Arn)?.account === identity.account)
}
