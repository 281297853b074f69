import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { iamClient } from '../../shared/aws/clients.ts'
import { awsIam } from '../../shared/aws/iam.ts'
import type { KnownPolicies } from '../../shared/domain/account-policies.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { type MemoryIam, memoryIam } from '../../shared/memory/iam.ts'
import { CONTRACT_ACCOUNT, DENY_ALL, iamContract, OWN_POLICY } from './iam-contract.ts'
import { type IamWire, iamWire } from './iam-wire.ts'
import { KEY, user } from './samples.ts'

const OTHER_KEY = 'AKIAI44QH8DHBEXAMPLE'
const wires: IamWire[] = []
afterAll(() => Promise.all(wires.map((wire) => wire.close())))

async function onTheWire(): Promise<{ iam: ReturnType<typeof awsIam>; wire: IamWire; client: ReturnType<typeof iamClient> }> {
  const wire = await iamWire(CONTRACT_ACCOUNT)
  wires.push(wire)
  const client = iamClient(wire.options)
  return { iam: awsIam(client, '123456789012'), wire, client }
}

iamContract('in memory', async () => ({ iam: memoryIam(CONTRACT_ACCOUNT), keys: [KEY, OTHER_KEY] }))
iamContract('by its API', async () => ({ iam: (await onTheWire()).iam, keys: [KEY, OTHER_KEY] }))

describe.each([
  { name: 'in memory', make: async (account: AuthorizationDetails) => memoryIam(account) },
  {
    name: 'by its API',
    async make(account: AuthorizationDetails) {
      const wire = await iamWire(account)
      wires.push(wire)
      return awsIam(iamClient(wire.options), '123456789012')
    },
  },
])('IAM $name', ({ make }) => {
  it('knows when a key was last used, to the millisecond that IAM gives', async () => {
    const used = { UserName: 'bare', AccessKeyId: 'AKIABARE000000000001', Status: 'Active' as const, LastUsedDate: '2026-03-01T09:30:00Z' }
    const iam = await make({ ...CONTRACT_ACCOUNT, AccessKeys: [used] })
    expect(await iam.lastUsedOf(used.AccessKeyId)).toBe(Date.UTC(2026, 2, 1, 9, 30))
  })
})

describe('IAM by its API, in trouble', () => {
  const throttled = { code: 'Throttling', status: 400 }
  const broken = { code: 'ServiceFailure', status: 500 }
  const refused = { code: 'AccessDenied', status: 403 }

  it('tries again where it is throttled or fails', async () => {
    const { iam, wire } = await onTheWire()
    wire.fail('UpdateAccessKey', throttled, broken)
    expect(await iam.setAccessKeyStatus('ci-deploy', KEY, 'Inactive')).toBe(true)
    expect(wire.calls('UpdateAccessKey')).toBe(3)
  })

  it('throws where it stays broken: "could not look" is never "not found"', async () => {
    const { iam, wire } = await onTheWire()
    for (const verb of ['GetAccessKeyLastUsed', 'ListAccessKeys', 'UpdateAccessKey', 'GetUserPolicy', 'GetUser'])
      wire.fail(verb, ...Array(3).fill(broken))
    const calls = await Promise.allSettled([
      iam.ownerOf(KEY),
      iam.listAccessKeys('ci-deploy'),
      iam.setAccessKeyStatus('ci-deploy', KEY, 'Inactive'),
      iam.getUserPolicy('ci-deploy', 'own'),
      iam.describe(user('ci-deploy')),
    ])
    for (const call of calls) expect(call).toMatchObject({ status: 'rejected', reason: { name: 'ServiceFailureException' } })
  })

  it('throws at once where it is refused', async () => {
    const { iam, wire } = await onTheWire()
    for (const verb of ['GetAccessKeyLastUsed', 'PutUserPolicy', 'DeleteUserPolicy', 'GetRole']) wire.fail(verb, refused)
    const role = { id: 'arn:aws:iam::123456789012:role/deployer', kind: 'role', name: 'deployer', account: '123456789012' } as const
    await expect(iam.ownerOf(KEY)).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(iam.putUserPolicy('ci-deploy', 'q', DENY_ALL)).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(iam.deleteUserPolicy('ci-deploy', 'own')).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(iam.describe(role)).rejects.toMatchObject({ name: 'AccessDenied' })
    expect(wire.calls('GetAccessKeyLastUsed')).toBe(1)
  })

  it('does not wait for an answer that never comes', async () => {
    const { iam, wire, client } = await onTheWire()
    // Only the length is the test's own: that it ends the request is how the client was made.
    const handler = client.config.requestHandler as unknown as { updateHttpClientConfig(key: string, value: number): void }
    handler.updateHttpClientConfig('requestTimeout', 100)
    wire.fail('GetUser', 'hang', 'hang', 'hang')
    await expect(iam.describe(user('ci-deploy'))).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(wire.calls('GetUser')).toBe(3)
  })

  it('follows the pages of a list', async () => {
    const { iam, wire } = await onTheWire()
    await iam.listAccessKeys('ci-deploy')
    expect(wire.calls('ListAccessKeys')).toBe(2)
  })

  it('does not say what policies grant: that is not known here', async () => {
    const { iam, wire } = await onTheWire()
    expect(await iam.policiesOf(user('ci-deploy'))).toBeUndefined()
    expect(wire.requests).toEqual([])
  })
})

describe('the embedded account', () => {
  let iam: MemoryIam
  beforeEach(() => {
    iam = memoryIam(CONTRACT_ACCOUNT)
  })

  it('is a copy of its picture, and gives out copies', async () => {
    await iam.setAccessKeyStatus('ci-deploy', KEY, 'Inactive')
    expect(CONTRACT_ACCOUNT.AccessKeys[0]?.Status).toBe('Active')
    const given = iam.authorizationDetails()
    given.AccessKeys.length = 0
    expect(iam.authorizationDetails().AccessKeys).toHaveLength(2)
  })

  it('refuses a key that is off, and none of the user that is on', async () => {
    expect([iam.isRefused('ci-deploy', KEY), iam.isRefused('ci-deploy', OTHER_KEY)]).toEqual([false, true])
    expect([iam.isRefused('ci-deploy'), iam.isRefused('ci-deploy', 'AKIAZZZZZZZZZZZZZZZZ'), iam.isRefused('nobody')]).toEqual([
      false,
      true,
      true,
    ])
  })

  it('refuses every credential of a user that is denied everything, until the policy is gone', async () => {
    await iam.putUserPolicy('ci-deploy', 'quarantine', DENY_ALL)
    expect([iam.isRefused('ci-deploy', KEY), iam.isRefused('ci-deploy')]).toEqual([true, true])
    await iam.deleteUserPolicy('ci-deploy', 'quarantine')
    expect([iam.isRefused('ci-deploy', KEY), iam.isRefused('ci-deploy')]).toEqual([false, false])
  })

  it.each([
    ['has a condition', { Effect: 'Deny', Action: '*', Resource: '*', Condition: { DateLessThan: { 'aws:TokenIssueTime': 'x' } } }],
    ['denies a part', { Effect: 'Deny', Action: 's3:*', Resource: '*' }],
    ['denies something', { Effect: 'Deny', Action: '*', Resource: 'arn:aws:s3:::reports' }],
    ['allows', { Effect: 'Allow', Action: '*', Resource: '*' }],
  ])('does not take a policy for a quarantine that %s', async (_, Statement) => {
    await iam.putUserPolicy('ci-deploy', 'quarantine', JSON.stringify({ Statement }))
    expect(iam.isRefused('ci-deploy', KEY)).toBe(false)
  })

  it('reads documents as the AWS CLI prints them and as the API answers them', async () => {
    const documents = { printed: JSON.parse(OWN_POLICY), encoded: encodeURIComponent(OWN_POLICY) }
    const UserPolicyList = Object.entries(documents).map(([PolicyName, PolicyDocument]) => ({ PolicyName, PolicyDocument }))
    const one = memoryIam(AuthorizationDetails.parse({ UserDetailList: [{ UserName: 'ci', Arn: user('ci').id, UserPolicyList }] }))
    expect(await one.getUserPolicy('ci', 'printed')).toBe(OWN_POLICY)
    expect(await one.getUserPolicy('ci', 'encoded')).toBe(OWN_POLICY)
    expect(policiesIn(await one.policiesOf(user('ci')))).toEqual(['encoded', 'printed'])
  })

  it('meets a user and a key that only a log shows, once', async () => {
    iam.addObserved(user('stranger'), 'AKIAQQQQQQQQQQQQQQQQ')
    iam.addObserved(user('stranger'), 'AKIAQQQQQQQQQQQQQQQQ')
    expect(await iam.listAccessKeys('stranger')).toEqual([{ id: 'AKIAQQQQQQQQQQQQQQQQ', status: 'Active' }])
    expect(await iam.policiesOf(user('stranger'))).toBeUndefined()
  })

  it('meets a role that only a log shows, once: a policy can be put on it, and what it may do is not known', async () => {
    const role = { id: 'arn:aws:iam::123456789012:role/sender', kind: 'role', name: 'sender', account: '123456789012' } as const
    expect(await iam.putRolePolicy('sender', 'one', '{}')).toBe('no-such-identity')
    iam.addObserved(role, undefined)
    expect(await iam.policiesOf(role)).toBeUndefined()
    expect(await iam.putRolePolicy('sender', 'one', '{}')).toBe('put')
    iam.addObserved(role, undefined)
    expect(await iam.getRolePolicy('sender', 'one')).toBe('{}')
  })

  it('gathers what a user is granted by its own, its groups’ and managed policies', async () => {
    const allow = (Action: string) => ({ Statement: { Effect: 'Allow', Action, Resource: '*' } })
    const one = memoryIam(
      AuthorizationDetails.parse({
        UserDetailList: [
          {
            UserName: 'ci',
            Arn: user('ci').id,
            UserPolicyList: [{ PolicyName: 'a', PolicyDocument: allow('s3:GetObject') }],
            AttachedManagedPolicies: [{ PolicyName: 'Own', PolicyArn: 'arn:aws:iam::123456789012:policy/Own' }],
            GroupList: ['builders'],
          },
        ],
        GroupDetailList: [
          {
            GroupName: 'builders',
            Arn: 'arn:aws:iam::123456789012:group/builders',
            GroupPolicyList: [{ PolicyName: 'b', PolicyDocument: allow('ec2:RunInstances') }],
            AttachedManagedPolicies: [{ PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
          },
          { GroupName: 'others', Arn: 'x', GroupPolicyList: [{ PolicyName: 'c', PolicyDocument: allow('iam:PassRole') }] },
        ],
        Policies: [
          {
            PolicyName: 'Own',
            Arn: 'arn:aws:iam::123456789012:policy/Own',
            PolicyVersionList: [
              { VersionId: 'v1', IsDefaultVersion: false, Document: allow('sts:AssumeRole') },
              {
                VersionId: 'v2',
                IsDefaultVersion: true,
                Document: { Statement: [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }] },
              },
            ],
          },
        ],
      }),
    )
    expect(policiesIn(await one.policiesOf(user('ci')))).toEqual(['AdministratorAccess', 'Own', 'a', 'b'])
    const own = (await one.policiesOf(user('ci')))?.account.holders[0]?.policies.identity.find(({ name }) => name === 'Own')
    expect(own?.document).toMatchObject({ Statement: [{ NotAction: 'iam:*' }] })
  })

  it('gathers what a role is granted', async () => {
    const Arn = 'arn:aws:iam::123456789012:role/deployer'
    const RolePolicyList = [{ PolicyName: 'a', PolicyDocument: { Statement: { Effect: 'Deny', Action: ['s3:*'], Resource: ['*'] } } }]
    const one = memoryIam(AuthorizationDetails.parse({ RoleDetailList: [{ RoleName: 'deployer', Arn, RolePolicyList }] }))
    expect(policiesIn(await one.policiesOf({ id: Arn, kind: 'role', name: 'deployer', account: '123456789012' }))).toEqual(['a'])
    expect(await one.policiesOf({ id: `${Arn}-2`, kind: 'role', name: 'deployer-2', account: '123456789012' })).toBeUndefined()
  })
})

/** The names of the policies that count for an identity. */
function policiesIn(known: KnownPolicies | undefined): string[] | undefined {
  return known?.account.holders
    .find(({ id }) => id === known.id)
    ?.policies.identity.map(({ name }) => name)
    .toSorted()
}
