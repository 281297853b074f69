import type { AccountPolicies, NamedPolicy, PolicyHolder } from './account-policies.ts'
import { awsManagedPolicyIn } from './arn.ts'
import type { AuthorizationDetails } from './authorization-details.ts'
import { isConditional, statementsOf } from './iam-policy.ts'
import { incidentOfPolicy } from './own-policy.ts'

type User = AuthorizationDetails['UserDetailList'][number]
type Role = AuthorizationDetails['RoleDetailList'][number]
type Inline = User['UserPolicyList']
type Attached = User['AttachedManagedPolicies']

/** Actions of AWS managed policies, by name, whose documents a snapshot may lack. */
const WELL_KNOWN: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ['*'],
  IAMFullAccess: ['iam:*'],
}

/** True where a policy of a user denies everything, whatever the call. */
export function isDeniedEverything(details: AuthorizationDetails, { UserPolicyList, AttachedManagedPolicies }: User): boolean {
  const documents = [
    ...UserPolicyList.map(({ PolicyDocument }) => PolicyDocument),
    ...AttachedManagedPolicies.map(({ PolicyArn }) => defaultDocumentOf(details.Policies.find(({ Arn }) => Arn === PolicyArn))),
  ]
  return documents.some((document) =>
    statementsOf(document).some(
      (one) => one.effect === 'Deny' && !isConditional(one) && one.actions.includes('*') && one.resources.includes('*'),
    ),
  )
}

/** The policies of all users and roles of a snapshot. A managed policy is one object for all who have it. Service control policies are not in it. */
export function accountPoliciesOf(details: AuthorizationDetails): AccountPolicies {
  const managed = new Map(
    details.Policies.map((policy): [string, NamedPolicy] => [policy.Arn, { name: policy.PolicyName, document: defaultDocumentOf(policy) }]),
  )
  const managedOf = (arn: string): NamedPolicy => {
    const known = managed.get(arn) ?? { name: arn.slice(arn.lastIndexOf('/') + 1), document: undefined }
    const policy = known.document === undefined ? { ...known, document: wellKnown(arn) } : known
    managed.set(arn, policy)
    return policy
  }
  const policiesIn = (inline: Inline, attached: Attached): readonly NamedPolicy[] => [
    ...inline.flatMap(({ PolicyName, PolicyDocument }) =>
      isOurs(PolicyName, PolicyDocument) ? [] : [{ name: PolicyName, document: PolicyDocument }],
    ),
    ...attached.map(({ PolicyArn }) => managedOf(PolicyArn)),
  ]
  const groups = new Map(
    details.GroupDetailList.map((group) => [group.GroupName, policiesIn(group.GroupPolicyList, group.AttachedManagedPolicies)]),
  )
  const holderOf = (one: User | Role, identity: readonly NamedPolicy[]): Omit<PolicyHolder, 'kind' | 'name'> => ({
    id: one.Arn,
    tags: Object.fromEntries(one.Tags.map(({ Key, Value }) => [Key, Value])),
    policies: {
      identity,
      ...(one.PermissionsBoundary === undefined ? {} : { boundary: managedOf(one.PermissionsBoundary.PermissionsBoundaryArn) }),
    },
  })
  const users = details.UserDetailList.map((user): PolicyHolder => {
    const own = policiesIn(user.UserPolicyList, user.AttachedManagedPolicies)
    // A group that the snapshot does not have may allow anything.
    const ofGroups = user.GroupList.flatMap((name) => groups.get(name) ?? [{ name: `of the group ${name}`, document: undefined }])
    const id = user.UserId === undefined ? {} : { principalId: user.UserId }
    return { ...holderOf(user, [...own, ...ofGroups]), ...id, kind: 'iam-user', name: user.UserName }
  })
  const roles = details.RoleDetailList.map(
    (role): PolicyHolder => ({
      ...holderOf(role, policiesIn(role.RolePolicyList, role.AttachedManagedPolicies)),
      ...(role.RoleId === undefined ? {} : { principalId: role.RoleId }),
      kind: 'role',
      name: role.RoleName,
      trust: role.AssumeRolePolicyDocument,
    }),
  )
  return { holders: [...users, ...roles], controls: [] }
}

/** True for a denial that the responder itself set for a time: what an identity could break is asked of what it has without that. Whatever allows something counts, by any name. */
function isOurs(name: string, document: unknown): boolean {
  const statements = incidentOfPolicy(name) === undefined ? [] : statementsOf(document)
  return statements.length > 0 && statements.every(({ effect }) => effect === 'Deny')
}

function defaultDocumentOf(policy: AuthorizationDetails['Policies'][number] | undefined): unknown {
  return policy?.PolicyVersionList.find(({ IsDefaultVersion }) => IsDefaultVersion)?.Document
}

function wellKnown(arn: string): unknown {
  const actions = WELL_KNOWN[awsManagedPolicyIn(arn) ?? '']
  return actions === undefined ? undefined : { Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] }
}
