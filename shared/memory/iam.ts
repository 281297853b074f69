import type { AccountPolicies } from '../domain/account-policies.ts'
import { parseArn } from '../domain/arn.ts'
import type { AuthorizationDetails, PolicyDocument } from '../domain/authorization-details.ts'
import { roleArnOf } from '../domain/identity-center.ts'
import { accountPoliciesOf, isDeniedEverything } from '../domain/policies-in-details.ts'
import type { Identity } from '../domain/signal.ts'
import type { Iam } from '../ports/iam.ts'
import { isOnlyObserved, observedRole, observedUser, roleByName } from './observed-user.ts'

/** IAM quota: characters of all inline policies of a user, without white space. */
const INLINE_QUOTA = 2048

/** IAM quota: characters of all inline policies of a role, without white space. */
const ROLE_INLINE_QUOTA = 10_240

/** IAM quota: characters of a role's trust policy, without white space. */
const TRUST_QUOTA = 2048

/** IAM quota: access keys of a user. */
const KEY_QUOTA = 2

/** IAM quota: managed policies attached to a user. */
const ATTACHED_QUOTA = 10

/** IAM of the embedded account. */
export interface MemoryIam extends Iam {
  /** A copy of the account's current state. */
  authorizationDetails(): AuthorizationDetails
  /** Adds a user and a key, or a role, that a log mentions, unless the account has them. */
  addObserved(identity: Identity, accessKeyId: string | undefined): void
  /** True when every call would be refused: with the given key, or with another credential of the user when no key is given. */
  isRefused(userName: string, accessKeyId?: string): boolean
  /** True where a user has this key, and it is switched on. */
  isActive(userName: string, accessKeyId: string): boolean
  /** The documents of the inline policies of a user or role. */
  inlinePoliciesOf(identity: Pick<Identity, 'kind' | 'name'>): readonly unknown[]
}

/** Creates an embedded account from a snapshot, which is copied. */
export function memoryIam(snapshot: AuthorizationDetails): MemoryIam {
  const account = structuredClone(snapshot)
  /** Number of keys created so far, including those in the snapshot, so that ids stay unique. */
  let createdKeys = account.AccessKeys.filter(({ AccessKeyId }) => AccessKeyId.startsWith('AKIAEMBEDDED')).length
  /** The policies as they were when they were first asked for: before anything was contained that this account acts on. */
  let policies: AccountPolicies | undefined
  const userNamed = (name: string) => account.UserDetailList.find(({ UserName }) => UserName === name)
  const roleNamed = (name: string) => account.RoleDetailList.find(({ RoleName }) => RoleName === name)
  const roleOf = (identity: Identity) => account.RoleDetailList.find(({ Arn }) => Arn === roleArnOf(identity))
  const ownerNameOf = (accessKeyId: string) => account.AccessKeys.find((key) => key.AccessKeyId === accessKeyId)?.UserName
  const keyOf = (userName: string, accessKeyId: string) =>
    account.AccessKeys.find((key) => key.UserName === userName && key.AccessKeyId === accessKeyId)
  return {
    authorizationDetails: () => structuredClone(account),
    addObserved(identity, accessKeyId) {
      if (identity.kind === 'role' && roleNamed(identity.name) === undefined) account.RoleDetailList.push(observedRole(identity))
      if (identity.kind !== 'iam-user') return
      if (userNamed(identity.name) === undefined) {
        account.UserDetailList.push(observedUser(identity))
      }
      if (accessKeyId === undefined || keyOf(identity.name, accessKeyId) !== undefined) return
      account.AccessKeys.push({ UserName: identity.name, AccessKeyId: accessKeyId, Status: 'Active' })
    },
    isActive: (userName, accessKeyId) => keyOf(userName, accessKeyId)?.Status === 'Active',
    isRefused(userName, accessKeyId) {
      const user = userNamed(userName)
      if (user === undefined) return true
      if (accessKeyId !== undefined && keyOf(userName, accessKeyId)?.Status !== 'Active') return true
      return isDeniedEverything(account, user)
    },
    inlinePoliciesOf({ kind, name }) {
      const policies = kind === 'role' ? roleNamed(name)?.RolePolicyList : kind === 'iam-user' ? userNamed(name)?.UserPolicyList : undefined
      return (policies ?? []).map(({ PolicyDocument }) => JSON.parse(textOfDocument(PolicyDocument)))
    },
    ownerNameOf: async (accessKeyId) => ownerNameOf(accessKeyId),
    async ownerOf(accessKeyId) {
      const user = userNamed(ownerNameOf(accessKeyId) ?? '')
      return user === undefined
        ? undefined
        : {
            id: user.Arn,
            kind: 'iam-user',
            name: user.UserName,
            account: parseArn(user.Arn)?.account ?? 'unknown',
            ...(user.UserId === undefined ? {} : { principalId: user.UserId }),
          }
    },
    async listAccessKeys(userName) {
      return account.AccessKeys.filter((key) => key.UserName === userName).map(({ AccessKeyId, Status }) => ({
        id: AccessKeyId,
        status: Status,
      }))
    },
    async setAccessKeyStatus(userName, accessKeyId, status) {
      const key = keyOf(userName, accessKeyId)
      if (key === undefined) return false
      key.Status = status
      return true
    },
    async getUserPolicy(userName, policyName) {
      const policy = userNamed(userName)?.UserPolicyList.find(({ PolicyName }) => PolicyName === policyName)
      if (policy === undefined) return undefined
      return textOfDocument(policy.PolicyDocument)
    },
    async putUserPolicy(userName, policyName, document) {
      const user = userNamed(userName)
      if (user === undefined) return 'no-such-identity'
      const policies = withPolicy(user.UserPolicyList, policyName, document)
      if (sizeOfAll(policies) > INLINE_QUOTA) return 'quota'
      user.UserPolicyList = policies
      return 'put'
    },
    async deleteUserPolicy(userName, policyName) {
      const user = userNamed(userName)
      if (user !== undefined) user.UserPolicyList = user.UserPolicyList.filter(({ PolicyName }) => PolicyName !== policyName)
    },
    async isAttached(userName, policyArn) {
      return userNamed(userName)?.AttachedManagedPolicies.some(({ PolicyArn }) => PolicyArn === policyArn) === true
    },
    async attachUserPolicy(userName, policyArn) {
      const user = userNamed(userName)
      if (user === undefined) return 'no-such-identity'
      const others = user.AttachedManagedPolicies.filter(({ PolicyArn }) => PolicyArn !== policyArn)
      if (others.length >= ATTACHED_QUOTA) return 'quota'
      if (others.length === user.AttachedManagedPolicies.length)
        user.AttachedManagedPolicies = [...others, { PolicyName: policyArn.slice(policyArn.lastIndexOf('/') + 1), PolicyArn: policyArn }]
      return 'put'
    },
    async detachUserPolicy(userName, policyArn) {
      const user = userNamed(userName)
      if (user !== undefined) user.AttachedManagedPolicies = user.AttachedManagedPolicies.filter(({ PolicyArn }) => PolicyArn !== policyArn)
    },
    async boundaryOf(userName) {
      return userNamed(userName)?.PermissionsBoundary?.PermissionsBoundaryArn
    },
    async setBoundary(userName, policyArn) {
      const user = userNamed(userName)
      if (user === undefined) return policyArn === undefined ? 'put' : 'no-such-identity'
      if (policyArn === undefined) delete user.PermissionsBoundary
      else user.PermissionsBoundary = { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: policyArn }
      return 'put'
    },
    async listSwitches(userName) {
      return account.SwitchableCredentials.filter(({ UserName }) => UserName === userName).map(({ Kind, Id, Status }) => ({
        kind: Kind,
        id: Id,
        status: Status,
      }))
    },
    async setSwitch(userName, { kind, id }, status) {
      const found = account.SwitchableCredentials.find((one) => one.UserName === userName && one.Kind === kind && one.Id === id)
      if (found !== undefined) found.Status = status
      return found !== undefined
    },
    async getRolePolicy(roleName, policyName) {
      const policy = roleNamed(roleName)?.RolePolicyList.find(({ PolicyName }) => PolicyName === policyName)
      return policy === undefined ? undefined : textOfDocument(policy.PolicyDocument)
    },
    async putRolePolicy(roleName, policyName, document) {
      const role = roleNamed(roleName)
      if (role === undefined) return 'no-such-identity'
      const policies = withPolicy(role.RolePolicyList, policyName, document)
      if (sizeOfAll(policies) > ROLE_INLINE_QUOTA) return 'quota'
      role.RolePolicyList = policies
      return 'put'
    },
    async deleteRolePolicy(roleName, policyName) {
      const role = roleNamed(roleName)
      if (role !== undefined) role.RolePolicyList = role.RolePolicyList.filter(({ PolicyName }) => PolicyName !== policyName)
    },
    async getTrust(roleName) {
      const document = roleNamed(roleName)?.AssumeRolePolicyDocument
      return document === undefined ? undefined : textOfDocument(document)
    },
    async setTrust(roleName, document) {
      const role = roleNamed(roleName)
      if (role === undefined) return 'no-such-identity'
      if (document.replace(/\s/g, '').length > TRUST_QUOTA) return 'quota'
      role.AssumeRolePolicyDocument = document
      return 'put'
    },
    async createAccessKey(userName) {
      if (userNamed(userName) === undefined) return 'no-such-identity'
      if (account.AccessKeys.filter((key) => key.UserName === userName).length >= KEY_QUOTA) return 'quota'
      createdKeys += 1
      const AccessKeyId = `AKIAEMBEDDED${String(createdKeys).padStart(8, '0')}`
      account.AccessKeys.push({ UserName: userName, AccessKeyId, Status: 'Active' })
      return { id: AccessKeyId, secret: `embedded-secret-${createdKeys}` }
    },
    async deleteAccessKey(userName, accessKeyId) {
      const key = keyOf(userName, accessKeyId)
      account.AccessKeys = account.AccessKeys.filter((one) => one !== key)
      return key !== undefined
    },
    async lastUsedOf(accessKeyId) {
      const used = account.AccessKeys.find(({ AccessKeyId }) => AccessKeyId === accessKeyId)?.LastUsedDate
      return used === undefined ? undefined : Date.parse(used)
    },
    async countUsers() {
      return account.UserDetailList.length
    },
    async describe(identity) {
      const user = identity.kind === 'iam-user' ? userNamed(identity.name) : undefined
      // IAM is asked by the name alone, and answers with the path.
      const role = roleArnOf(identity) === undefined ? undefined : (roleOf(identity) ?? roleByName(account.RoleDetailList, identity))
      const found = role ?? user
      return found === undefined
        ? undefined
        : {
            arn: found.Arn,
            createdAt: found.CreateDate === undefined ? undefined : Date.parse(found.CreateDate),
            principalId: user?.UserId ?? role?.RoleId,
            tags: Object.fromEntries(found.Tags.map(({ Key, Value }) => [Key, Value])),
          }
    },
    async policiesOf(identity) {
      const role = roleArnOf(identity) === undefined ? undefined : (roleOf(identity) ?? roleByName(account.RoleDetailList, identity))
      const user = identity.kind === 'iam-user' ? userNamed(identity.name) : undefined
      const isKnown =
        role === undefined
          ? // The policies of a user that only a log mentions are unknown.
            user !== undefined && !isOnlyObserved(user.UserPolicyList, user.AttachedManagedPolicies, user.GroupList)
          : !isOnlyObserved(role.RolePolicyList, role.AttachedManagedPolicies)
      if (!isKnown) return undefined
      policies ??= accountPoliciesOf(account)
      return { account: policies, id: (role ?? user)?.Arn as string }
    },
  }
}

type InlinePolicies = AuthorizationDetails['UserDetailList'][number]['UserPolicyList']

function withPolicy(policies: InlinePolicies, name: string, document: string): InlinePolicies {
  return [...policies.filter(({ PolicyName }) => PolicyName !== name), { PolicyName: name, PolicyDocument: document }]
}

function sizeOfAll(policies: InlinePolicies): number {
  return policies.reduce((sum, { PolicyDocument }) => sum + textOfDocument(PolicyDocument).replace(/\s/g, '').length, 0)
}

/** The text of a document, which a snapshot holds as an object, as JSON or URL-encoded. */
function textOfDocument(document: PolicyDocument): string {
  if (typeof document !== 'string') return JSON.stringify(document)
  return document.startsWith('%') ? decodeURIComponent(document) : document
}
