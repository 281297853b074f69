import { describe, expect, it } from 'vitest'
import { review } from '../../shared/review/review.ts'
import { ACCOUNT, ATTACK, arnOf, call, KEY, NOW, oneUser, quarantine } from '../embedded.ts'
import { at, delivered, deployed } from './stack.ts'

const BYSTANDER = 'AKIABYSTANDER0000001'
const ROLE = `arn:aws:iam::${ACCOUNT}:role/payments`
const THIEF = { from: '198.51.100.7' }

type World = Awaited<ReturnType<typeof deployed>>

const incidentOf = async (world: World, name: string) => (await world.incidents()).find(({ identity }) => identity.name === name)
const reasonsOf = async (world: World, name: string) =>
  ((await incidentOf(world, name))?.findings ?? []).map(({ detector, reason }) => `${detector}: ${reason}`).join('\n')
const deniedIn = (world: World) => {
  const { UserDetailList, RoleDetailList } = world.account.authorizationDetails()
  return [
    ...UserDetailList.filter(({ UserPolicyList }) => UserPolicyList.length > 0).map(({ UserName }) => UserName),
    ...RoleDetailList.filter(({ RolePolicyList }) => RolePolicyList.length > 0).map(({ RoleName }) => RoleName),
  ]
}

/** By the stolen key of `ci-build`, from the thief's place, against the bystander. */
const byThief = (parts: object = {}) =>
  quarantine('bystander', { id: 'q', user: 'ci-build', key: KEY, agent: 'AWS Internal', ...THIEF, ...parts })

/** What AWS itself writes: the same call, as the bystander, from AWS. */
const byAws = (parts: object = {}) => quarantine('bystander', { id: 'q', key: BYSTANDER, ...parts })

async function played(...records: object[]): Promise<World> {
  const world = await deployed({ account: { ...oneUser(), RoleDetailList: [{ RoleName: 'payments', Arn: ROLE }] } })
  expect((await world.respond(records.map((record) => delivered(record)))).failed.size).toBe(0)
  return world
}

describe('a thief has a bystander contained by the quarantine policy of AWS, which anybody may attach', () => {
  it('contains nobody: a person is asked about the bystander, the question names the thief, and the thief has an incident', async () => {
    const world = await played(byThief())
    expect(deniedIn(world)).toEqual([])
    expect(world.account.isRefused('bystander', BYSTANDER)).toBe(false)
    expect((await incidentOf(world, 'bystander'))?.state).toBe('asking')
    expect((await incidentOf(world, 'bystander'))?.assessment.isConfirmed).toBe(false)
    expect(await reasonsOf(world, 'bystander')).toContain('not AWS, but ci-build (an IAM user) from 198.51.100.7 attached')
    expect(JSON.stringify(world.notices.filter(({ title }) => title.includes('bystander')))).toContain('ci-build')
    expect(await reasonsOf(world, 'ci-build')).toContain('quarantine-imitated: put the quarantine of AWS on bystander (an IAM user)')
  })

  it('where AWS makes the call, as the bystander and from its own address, the bystander is contained', async () => {
    const world = await played(byAws())
    expect(deniedIn(world)).toEqual(['bystander'])
    expect((await incidentOf(world, 'bystander'))?.state).toBe('contained')
    expect(await incidentOf(world, 'ci-build')).toBeUndefined()
  })

  it.each([
    ['the caller is somebody else, for whom an AWS service called', byAws({ user: 'ci-build', key: KEY })],
    ['the caller is somebody else, from a public address', byAws({ user: 'ci-build', key: KEY, from: '192.0.2.10' })],
  ])('AWS’s own call differs in one thing, and nobody is contained: %s', async (_, record) => {
    const world = await played(record)
    expect(deniedIn(world)).toEqual([])
    expect((await incidentOf(world, 'bystander'))?.state).toBe('asking')
  })

  it('as the bystander itself from a public address, as AWS did once: whoever has its key can have nobody else contained', async () => {
    const world = await played(byAws({ from: '192.0.2.10', agent: 'aws-internal/3' }))
    expect(deniedIn(world)).toEqual(['bystander'])
  })

  it.each([
    ['an AWS service is the caller', 'contained', { type: 'AWSService', invokedBy: 'AWS Internal' }],
    ['the record has no type of caller, only the service', 'contained', { accountId: ACCOUNT, invokedBy: 'AWS Internal' }],
    ['a caller of an unknown type, for whom a service called', 'asking', { type: 'NewKind', principalId: 'x', invokedBy: 'AWS Internal' }],
  ])('%s: the bystander is %s', async (_, state, userIdentity) => {
    const world = await played({ ...byThief(), userIdentity })
    expect((await incidentOf(world, 'bystander'))?.state).toBe(state)
  })

  it('nor by an inline policy that has the name which AWS once gave its own', async () => {
    const request = { userName: 'bystander', policyName: 'AWSExposedCredentialPolicy_x', policyDocument: '{}' }
    const inline = (parts: Parameters<typeof call>[1]) => call('iam:PutUserPolicy', { request, ...parts })
    const forged = await played(inline({ id: 'q', ...THIEF }))
    expect(deniedIn(forged)).toEqual([])
    expect((await incidentOf(forged, 'bystander'))?.state).toBe('asking')
    const real = await played(inline({ id: 'q', user: 'bystander', key: BYSTANDER, from: 'AWS Internal' }))
    expect(deniedIn(real)).toEqual(['bystander'])
  })

  it('nor a production role, all sessions of which a confirmation would end', async () => {
    const request = { roleName: 'payments', policyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV4' }
    const record = call('iam:AttachRolePolicy', { id: 'q', request, ...THIEF })
    const forged = await played(record)
    expect(deniedIn(forged)).toEqual([])
    expect((await incidentOf(forged, 'payments'))?.state).toBe('asking')
    expect(await reasonsOf(forged, 'ci-build')).toContain('on payments (a role)')
    const userIdentity = {
      type: 'AssumedRole',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/payments/worker`,
      accountId: ACCOUNT,
      accessKeyId: 'ASIAPAYMENTS00000001',
      sessionContext: { sessionIssuer: { type: 'Role', arn: ROLE, userName: 'payments' } },
    }
    const real = await played({ ...record, sourceIPAddress: 'AWS Internal', userIdentity })
    expect(deniedIn(real)).toEqual(['payments'])
  })

  it('whatever else is told of the bystander: what others say takes no part in a decision to contain', async () => {
    // A call of the bystander's own, which asks and no more.
    const own = call('guardduty:DeleteDetector', { id: 'o', user: 'bystander', key: BYSTANDER })
    const [alone, blamed] = [await played(own), await played(own, byThief({ time: NOW + 1000 }))]
    const [before, mixed] = [await incidentOf(alone, 'bystander'), await incidentOf(blamed, 'bystander')]
    expect(before?.state).toBe('asking')
    expect(mixed?.state).toBe('asking')
    expect(mixed?.assessment.risk).toBeGreaterThan(85)
    expect(deniedIn(blamed)).toEqual([])
  })

  it('a person who says so contains the bystander after all: an owner may attach the policy for good reason', async () => {
    const world = await played(byThief())
    const asked = await incidentOf(world, 'bystander')
    await review(asked?.id ?? '', { kind: 'contain', by: arnOf('reviewer'), reason: 'our own drill' }, world.ports)
    expect(world.account.isRefused('bystander', BYSTANDER)).toBe(true)
  })
})

describe('a thief uses the breaker up by quarantines, so that the stolen key is not contained', () => {
  const names = ['s1', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9']
  const keyOf = (user: string) => (user === 'ci-build' ? KEY : `AKIA${user.toUpperCase().padStart(16, '0')}`)
  const account = {
    ...oneUser(),
    UserDetailList: [...names, 'ci-build'].map((UserName) => ({ UserName, Arn: arnOf(UserName) })),
    AccessKeys: [...names, 'ci-build'].map((UserName) => ({ UserName, AccessKeyId: keyOf(UserName), Status: 'Active' as const })),
  }
  const play = async (quarantines: readonly object[]) => {
    const world = await deployed({ account })
    for (const record of quarantines) await world.respond([delivered(record)])
    for (const record of ATTACK) await world.respond([delivered({ ...record, sourceIPAddress: THIEF.from, eventTime: at(60_000) })])
    return world
  }

  it('takes no place by them: none of the nine is contained, the thief is, and nobody is paged', async () => {
    const world = await play(names.map((user, n) => quarantine(user, { id: `q${n}`, time: NOW + n, user: 'ci-build', key: KEY, ...THIEF })))
    expect(deniedIn(world)).toEqual(['ci-build'])
    expect(world.account.isRefused('ci-build', KEY)).toBe(true)
    expect(world.pages).toEqual([])
    for (const user of names) expect((await incidentOf(world, user))?.state, user).toBe('asking')
  })

  const quarantined = (count: number) =>
    play(names.slice(0, count).map((user, n) => quarantine(user, { id: `q${n}`, time: NOW + n, key: keyOf(user) })))

  it('six that AWS quarantines take their own places and the urgent ones: the thief is contained', async () => {
    const world = await quarantined(6)
    expect(deniedIn(world)).toHaveLength(7)
    expect(world.account.isRefused('ci-build', KEY)).toBe(true)
  })

  it('nine that AWS quarantines do use it up, which pages people', async () => {
    const world = await quarantined(9)
    expect(deniedIn(world)).toHaveLength(9)
    expect(world.account.isRefused('ci-build', KEY)).toBe(false)
    expect(world.pages).not.toEqual([])
  })
})

describe('a thief has taken from AWS the right to quarantine the stolen key', () => {
  it.each([
    ['it is refused', { error: 'AccessDenied' }],
    ['it is refused, and CloudTrail leaves out what was asked', { error: 'AccessDenied', request: {} }],
    ['the user has no room for another policy', { error: 'LimitExceededException' }],
  ])('AWS tries and cannot: the key is contained all the same, by the report: %s', async (_, parts) => {
    const world = await played(byAws(parts))
    expect(deniedIn(world)).toEqual(['bystander'])
    expect(await reasonsOf(world, 'bystander')).toContain(`AWS tried to quarantine the user and could not (${parts.error})`)
  })

  it.each([
    ['by somebody else', byThief({ error: 'AccessDenied' })],
    ['by somebody else, who names nobody', byThief({ error: 'AccessDenied', request: {} })],
    ['as the bystander, but not from AWS', byAws({ error: 'AccessDenied', request: {}, from: '192.0.2.10' })],
    ['by a session from AWS, as services call for people', byAws({ error: 'AccessDenied', request: {}, key: 'ASIABYSTANDER0000001' })],
    [
      'of another call',
      call('iam:CreateUser', { id: 'q', user: 'bystander', key: BYSTANDER, from: 'AWS Internal', error: 'AccessDenied' }),
    ],
    ['with a key that was not accepted', byAws({ error: 'InvalidClientTokenId', request: {} })],
  ])('a refusal that differs in one thing contains nobody: %s', async (_, record) => {
    const world = await played(record)
    expect(deniedIn(world)).toEqual([])
    expect((await incidentOf(world, 'bystander'))?.state).not.toBe('contained')
  })
})
