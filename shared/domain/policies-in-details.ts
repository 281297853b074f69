import type { AccountPolicies, NamedPolicy, PolicyHolder, PolicyPlace } from './account-policies.ts'
import { awsManagedPolicyIn } from './arn.ts'
import type { AuthorizationDetails } from './authorization-details.ts'
import { isConditional, statementsOf } from './iam-policy.ts'
import { incidentOfPolicy, QUARANTINE_SID } from './own-policy.ts'

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
  const placesIn = (of: PolicyPlace['of'], holder: string, inline: Inline, attached: Attached): readonly PolicyPlace[] => {
    const own = inline.map(({ PolicyName, PolicyDocument }) => ({ name: PolicyName, document: PolicyDocument }))
    return [
      ...own.flatMap((policy): PolicyPlace[] => (isOurs(policy) ? [] : [{ policy, as: 'inline', of, holder }])),
      ...attached.flatMap(({ PolicyArn }) => managedPlace(PolicyArn, { as: 'attached', of, holder })),
    ]
  }
  const managedPlace = (arn: string, place: Pick<PolicyPlace, 'as' | 'of' | 'holder'>): readonly PolicyPlace[] => {
    const policy = managedOf(arn)
    if (isOurQuarantine(arn, policy)) return []
    return [{ policy, ...place, ...(awsManagedPolicyIn(arn) === undefined ? { arn } : {}) }]
  }
  const groups = new Map(
    details.GroupDetailList.map((group) => {
      const { GroupName, Arn, GroupPolicyList, AttachedManagedPolicies } = group
      return [GroupName, placesIn('group', Arn, GroupPolicyList, AttachedManagedPolicies)]
    }),
  )
  const holderOf = (one: User | Role, of: 'user' | 'role', ownPlaces: readonly PolicyPlace[]): Omit<PolicyHolder, 'kind' | 'name'> => {
    const { Arn: id, PermissionsBoundary } = one
    const limits =
      PermissionsBoundary === undefined ? [] : managedPlace(PermissionsBoundary.PermissionsBoundaryArn, { as: 'boundary', of, holder: id })
    const [limit] = limits
    return {
      id,
      tags: Object.fromEntries(one.Tags.map(({ Key, Value }) => [Key, Value])),
      policies: { identity: ownPlaces.map(({ policy }) => policy), ...(limit === undefined ? {} : { boundary: limit.policy }) },
      places: [...ownPlaces, ...limits],
    }
  }
  const users = details.UserDetailList.map((user): PolicyHolder => {
    const own = placesIn('user', user.Arn, user.UserPolicyList, user.AttachedManagedPolicies)
    const ofGroups = user.GroupList.flatMap((name) => groups.get(name) ?? [unknownGroup(user.Arn, name)])
    const id = user.UserId === undefined ? {} : { principalId: user.UserId }
    return { ...holderOf(user, 'user', [...own, ...ofGroups]), ...id, kind: 'iam-user', name: user.UserName }
  })
  const roles = details.RoleDetailList.map(
    (role): PolicyHolder => ({
      ...holderOf(role, 'role', placesIn('role', role.Arn, role.RolePolicyList, role.AttachedManagedPolicies)),
      ...(role.RoleId === undefined ? {} : { principalId: role.RoleId }),
      kind: 'role',
      name: role.RoleName,
      trust: role.AssumeRolePolicyDocument,
    }),
  )
  return { holders: [...users, ...roles], controls: [] }
}

/** What is known of a group that the snapshot does not have: it may allow anything. */
function unknownGroup(user: string, name: string): PolicyPlace {
  return {
    policy: { name: `of the group ${name}`, document: undefined },
    as: 'inline',
    of: 'group',
    holder: user.replace(/:user\/.*/, `:group/${name}`),
  }
}

/** True for a denial that the responder itself set for a time: what an identity could break is asked of what it has without that. Whatever allows something counts, by any name. */
function isOurs({ name, document }: NamedPolicy): boolean {
  const statements = incidentOfPolicy(name) === undefined ? [] : statementsOf(document)
  return statements.length > 0 && statements.every(({ effect }) => effect === 'Deny')
}

/**
 * True for the managed policy of the responder that denies everything, attached or as a boundary. Each stack gives its own a name, so it is told by the name of its statement too; a
 * policy of AWS is none.
 */
function isOurQuarantine(arn: string, { name, document }: NamedPolicy): boolean {
  const statements = statementsOf(document)
  const isNamedSo = name === QUARANTINE_SID || statements.some(({ sid }) => sid === QUARANTINE_SID)
  return isNamedSo && awsManagedPolicyIn(arn) === undefined && statements.every(({ effect }) => effect === 'Deny')
}

function defaultDocumentOf(policy: AuthorizationDetails['Policies'][number] | undefined): unknown {
  return policy?.PolicyVersionList.find(({ IsDefaultVersion }) => IsDefaultVersion)?.Document
}

function wellKnown(arn: string): unknown {
  const actions = WELL_KNOWN[awsManagedPolicyIn(arn) ?? '']
  return actions === undefined ? undefined : { Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] }
}
