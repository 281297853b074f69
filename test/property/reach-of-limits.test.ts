import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reachIn } from '../../shared/decide/reach/account-reach.ts'
import { LIFTING_ACTIONS } from '../../shared/decide/reach/liftable-limits.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { accountPoliciesOf } from '../../shared/domain/policies-in-details.ts'
import { ACCOUNT, OWN_ACCOUNT, pathNamesOf, roleArn, userArn, type Written } from '../reach.ts'

const actions = fc.constantFrom(
  ...LIFTING_ACTIONS,
  ...['*', 'iam:*', 'iam:*Policy', 'iam:*Boundary', 'sts:*', 'sts:GetFederationToken', 'sts:AssumeRole', 'sts:TagSession'],
  ...['iam:TagUser', 'iam:UntagRole', 'iam:PassRole', 's3:GetObject', 'lambda:UpdateFunctionCode'],
)
const policyArn = (name: string) => `arn:aws:iam::${ACCOUNT}:policy/${name}`
const resources = fc.constantFrom(
  '*',
  userArn('ann'),
  `arn:aws:iam::${ACCOUNT}:user/\${aws:username}`,
  roleArn('deploy'),
  roleArn('*'),
  policyArn('limits'),
  `arn:aws:iam::${ACCOUNT}:group/team`,
)
const conditions = fc.option(
  fc.constantFrom<Written>(
    { StringEquals: { 'aws:username': 'ann' } },
    { StringNotEquals: { 'aws:PrincipalTag/locked': 'yes' } },
    { StringEquals: { 'aws:PrincipalTag/locked': 'yes' } },
    { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/*' } },
    { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
  ),
  { nil: undefined },
)
const statement = (effect: 'Allow' | 'Deny') =>
  fc
    .record({
      listed: fc.array(actions, { minLength: 1, maxLength: 3 }),
      isNotAction: fc.boolean(),
      resource: resources,
      condition: conditions,
    })
    .map(({ listed, isNotAction, resource, condition }) => ({
      Effect: effect,
      [isNotAction ? 'NotAction' : 'Action']: listed,
      Resource: resource,
      ...(condition === undefined ? {} : { Condition: condition }),
    }))
const list = fc.array(fc.oneof(statement('Allow'), statement('Deny')), { maxLength: 3 })

/** Where statements may stand: in two policies of the identity itself, in one that is attached, in one of a group, and in a boundary. */
const PLACES = ['own', 'other', 'attached', 'group', 'boundary'] as const
type Place = (typeof PLACES)[number]
type Policies = Readonly<Record<Place, readonly Written[]>>

const policies = fc.record({
  own: list,
  other: list,
  attached: list,
  group: list,
  boundary: list.map((some) => [...some, { Effect: 'Allow', Action: ['iam:*', 's3:*'], Resource: '*' }]),
})
const trusts = fc.array(
  fc
    .record({
      Effect: fc.constantFrom('Allow', 'Deny'),
      Principal: fc.constantFrom<unknown>(
        '*',
        OWN_ACCOUNT,
        { AWS: userArn('ann') },
        { AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/x` },
      ),
      Action: fc.constantFrom('sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:*'),
    })
    .map((one): Written => one),
  { maxLength: 3 },
)

/** The reach of a user and of a role with these policies, in an account with an administrator's role that trusts somebody. */
function reachesBy({ own, other, attached, group, boundary }: Policies, trust: readonly Written[]) {
  const doc = (Statement: readonly Written[]) => ({ Version: '2012-10-17', Statement })
  const inline = (policies: readonly (readonly Written[])[]) =>
    policies.map((one, at) => ({ PolicyName: `policy ${at}`, PolicyDocument: doc(one) }))
  const managed = (PolicyName: string, one: readonly Written[]) => ({
    PolicyName,
    Arn: policyArn(PolicyName),
    PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, Document: doc(one) }],
  })
  const AttachedManagedPolicies = [{ PolicyName: 'limits', PolicyArn: policyArn('limits') }]
  const PermissionsBoundary = { PermissionsBoundaryArn: policyArn('boundary') }
  const Tags = [{ Key: 'locked', Value: 'yes' }]
  const details = AuthorizationDetails.parse({
    UserDetailList: [
      {
        UserName: 'ann',
        Arn: userArn('ann'),
        UserPolicyList: inline([own, other]),
        AttachedManagedPolicies,
        PermissionsBoundary,
        Tags,
        GroupList: ['team'],
      },
    ],
    GroupDetailList: [{ GroupName: 'team', Arn: `arn:aws:iam::${ACCOUNT}:group/team`, GroupPolicyList: inline([group]) }],
    RoleDetailList: [
      {
        RoleName: 'deploy',
        Arn: roleArn('deploy'),
        RolePolicyList: inline([own, other]),
        AttachedManagedPolicies,
        PermissionsBoundary,
        Tags,
        AssumeRolePolicyDocument: doc(trust),
      },
      {
        RoleName: 'admin',
        Arn: roleArn('admin'),
        RolePolicyList: inline([[{ Effect: 'Allow', Action: '*', Resource: '*' }]]),
        AssumeRolePolicyDocument: doc(trust),
      },
    ],
    Policies: [managed('limits', attached), managed('boundary', boundary)],
  })
  const found = reachIn(accountPoliciesOf(details))
  return [userArn('ann'), roleArn('deploy')].map((id) => {
    const one = found.get(id)
    if (one === undefined) throw new Error(`the account has no ${id}`)
    return one
  })
}

const RUNS = { numRuns: 150 }

describe('reach, of who may take off its own limits or call as something else', () => {
  it.each([
    ['is never lowered by an allowance', 'Allow'],
    ['is never raised by a denial', 'Deny'],
  ] as const)('%s, wherever it stands', (_, effect) => {
    fc.assert(
      fc.property(policies, trusts, statement(effect), fc.constantFrom(...PLACES), (some, trust, more, place) => {
        const [one, other] = [some, { ...some, [place]: [...some[place], more] }].map((each) => reachesBy(each, trust))
        const [lower, higher] = effect === 'Allow' ? [one, other] : [other, one]
        lower?.forEach((reach, at) => {
          const more = higher?.[at]
          expect(more?.reach).toBeGreaterThanOrEqual(reach.reach)
          expect(more === undefined ? [] : pathNamesOf(more)).toEqual(expect.arrayContaining(pathNamesOf(reach)))
        })
      }),
      RUNS,
    )
  })

  it.each([
    ['is never lowered by a statement of a trust policy that allows', 'Allow'],
    ['is never raised by one that denies', 'Deny'],
  ] as const)('%s', (_, effect) => {
    const more = trusts.filter(({ length }) => length > 0).map(([first]) => ({ ...first, Effect: effect }))
    fc.assert(
      fc.property(policies, trusts, more, (some, trust, added) => {
        const [without, withMore] = [trust, [...trust, added]].map((each) => reachesBy(some, each))
        const [lower, higher] = effect === 'Allow' ? [without, withMore] : [withMore, without]
        lower?.forEach((reach, at) => {
          expect(higher?.[at]?.reach).toBeGreaterThanOrEqual(reach.reach)
        })
      }),
      RUNS,
    )
  })
})
