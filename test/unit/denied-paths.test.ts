import { describe, expect, it } from 'vitest'
import { reachIn } from '../../shared/decide/reach/account-reach.ts'
import { ESCALATION_PATHS } from '../../shared/decide/reach/escalation-paths.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { accountPoliciesOf } from '../../shared/domain/policies-in-details.ts'
import { ACCOUNT, pathNamesOf, userArn } from '../reach.ts'

const documentOf = (Effect: 'Allow' | 'Deny', Action: string | readonly string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect, Action, Resource: '*' }],
})

/** What a denial adds to the user and to the account where it stands. */
type Place = (document: object) => {
  readonly user: { readonly UserPolicyList?: readonly object[]; readonly [part: string]: unknown }
  readonly account?: object
}

/** Where a denial may stand, as IAM lists an account. */
const PLACES: readonly (readonly [name: string, place: Place])[] = [
  ['a policy of its own', (document: object) => ({ user: { UserPolicyList: [{ PolicyName: 'limit', PolicyDocument: document }] } })],
  [
    'a policy of its group',
    (document: object) => ({
      user: { GroupList: ['all'] },
      account: {
        GroupDetailList: [
          {
            GroupName: 'all',
            Arn: `arn:aws:iam::${ACCOUNT}:group/all`,
            GroupPolicyList: [{ PolicyName: 'limit', PolicyDocument: document }],
          },
        ],
      },
    }),
  ],
  [
    'a managed policy',
    (document: object) => ({
      user: { AttachedManagedPolicies: [{ PolicyName: 'limit', PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/limit` }] },
      account: {
        Policies: [
          {
            PolicyName: 'limit',
            Arn: `arn:aws:iam::${ACCOUNT}:policy/limit`,
            DefaultVersionId: 'v1',
            PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, Document: document }],
          },
        ],
      },
    }),
  ],
]

/** The paths of a user who is allowed some actions, and denied one where a denial may stand. */
function pathsOf(actions: readonly string[], denied: string, place: Place): readonly string[] {
  const { user, account } = place(documentOf('Deny', denied))
  const allowed = { PolicyName: 'work', PolicyDocument: documentOf('Allow', actions) }
  const details = AuthorizationDetails.parse({
    UserDetailList: [{ UserName: 'ann', Arn: userArn('ann'), ...user, UserPolicyList: [allowed, ...(user.UserPolicyList ?? [])] }],
    ...account,
  })
  const reach = reachIn(accountPoliciesOf(details)).get(userArn('ann'))
  if (reach === undefined) throw new Error('the user is not in the account')
  return pathNamesOf(reach)
}

describe.each(PLACES)('a path of which a permission is denied in %s', (_, place) => {
  it.each(ESCALATION_PATHS.map((path) => [path.name, path] as const))('is not listed: %s', (name, { permissions }) => {
    expect(pathsOf(permissions, 'iam:GetUser', place)).toContain(name)
    for (const permission of permissions) expect(pathsOf(permissions, permission, place)).not.toContain(name)
  })
})
