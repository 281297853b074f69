import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { ACCOUNT, arnOf, call, KEY, NOW } from '../embedded.ts'
import { at, delivered, deployed } from './stack.ts'

const ROLE = `arn:aws:iam::${ACCOUNT}:role/payments`

/** The intruder's user is contained; everybody else is only observed. */
const POLICY = {
  mode: 'observe',
  tiers: [{ name: 'build-keys', match: { arns: [arnOf('ci-build')] }, mode: 'contain' }],
}

/** An account in which `payments`, a user and a role, were created at the time that is said. */
const account = (created: string) => ({
  UserDetailList: [
    { UserName: 'ci-build', Arn: arnOf('ci-build'), CreateDate: '2025-01-01T00:00:00Z' },
    { UserName: 'payments', Arn: arnOf('payments'), CreateDate: created },
  ],
  RoleDetailList: [{ RoleName: 'payments', Arn: ROLE, CreateDate: created }],
  AccessKeys: [{ UserName: 'ci-build', AccessKeyId: KEY, Status: 'Active' }],
})

/** A stolen key takes over; `payments` is what it is said to have created. */
const takeover = [
  call('iam:CreateUser', { id: 'u', request: { userName: 'payments' }, from: '198.51.100.7' }),
  call('iam:CreateRole', { id: 'r', time: NOW + 1000, request: { roleName: 'payments' }, from: '198.51.100.7' }),
  call('iam:AttachUserPolicy', {
    id: 'p',
    time: NOW + 2000,
    request: { userName: 'payments', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  }),
  call('cloudtrail:StopLogging', { id: 's', time: NOW + 3000, from: '198.51.100.7' }),
].map((record) => delivered(record))

async function play(created: string, policy: object = POLICY) {
  const world = await deployed({ account: account(created), policy })
  await world.respond(takeover)
  const [incident] = await world.incidents()
  const { UserDetailList, RoleDetailList } = world.account.authorizationDetails()
  return {
    world,
    incident,
    isKeyOff: world.account.isRefused('ci-build', KEY),
    denied: [
      ...UserDetailList.filter(({ UserName, UserPolicyList }) => UserName === 'payments' && UserPolicyList.length > 0).map(() => 'user'),
      ...RoleDetailList.filter(({ RolePolicyList }) => RolePolicyList.length > 0).map(() => 'role'),
    ],
  }
}

describe('an intruder is taken for the creator of somebody who was there before', () => {
  it('names a user and a role of two years ago: they keep their own tier, the key is out of use, and people are told which', async () => {
    const { incident, isKeyOff, denied } = await play('2024-03-02T12:00:00Z')
    expect([isKeyOff, denied]).toEqual([true, []])
    expect(incident?.state).toBe('contained')
    const why = incident?.decision.why.join('; ')
    expect(why).toContain('payments')
    expect(why).toContain('in IAM it is another one than the call in the log created: it goes on')
  })

  it('where IAM has them created by those calls, both are denied everything', async () => {
    const { incident, isKeyOff, denied } = await play(at(0))
    expect([isKeyOff, denied]).toEqual([true, ['user', 'role']])
    expect(incident?.state).toBe('contained')
  })

  it.each([
    ['four minutes before', -240_000, ['user', 'role']],
    ['four minutes after', 240_000, ['user', 'role']],
    ['six minutes before', -360_000, []],
    ['six minutes after, as somebody who came later', 360_000, []],
  ])('IAM says %s the call: what fits within five minutes is what it created', async (_, ms, denied) => {
    expect((await play(at(ms))).denied).toEqual(denied)
  })

  it('whom IAM says was created later may have been deleted and created again: not touched, and nothing is called contained', async () => {
    const { incident, isKeyOff, denied } = await play(at(360_000))
    expect([isKeyOff, denied, incident?.state]).toEqual([true, [], 'asking'])
    expect(incident?.decision.why.join('; ')).toContain('payments')
  })

  it('what is protected stays protected, also where the date fits, and a person is asked', async () => {
    const { denied, incident } = await play(at(0), { ...POLICY, protected: { arns: [arnOf('payments'), ROLE] } })
    expect(denied).toEqual([])
    expect(incident?.state).toBe('asking')
  })

  it('somebody whose own tier contains goes on as well: a call that did not create them says nothing of them', async () => {
    const { denied, isKeyOff } = await play('2024-03-02T12:00:00Z', { mode: 'contain' })
    expect([denied, isKeyOff]).toEqual([[], true])
  })

  it('an incident of an older release, which does not say when, overrides no tier and asks', async () => {
    const { world, incident } = await play('2024-03-02T12:00:00Z')
    const stored = await world.ports.incidents.get(incident?.id ?? '')
    const lineage = incident?.lineage.map(({ time: _, ...edge }) => edge) ?? []
    if (stored !== undefined) await world.ports.incidents.save({ ...stored.value, lineage, state: 'containing' }, stored.version)
    await enforce(incident?.id ?? '', world.ports)
    expect(world.account.authorizationDetails().RoleDetailList[0]?.RolePolicyList).toEqual([])
    expect((await world.incidents())[0]?.state).toBe('asking')
  })
})
