import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { isRestriction, quarantinePolicyName, revocationPolicyName } from '../../shared/contain/steps/quarantine.ts'
import { reasonsOf, refusedAfter } from '../../shared/domain/reasons.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'
import { review } from '../../shared/review/review.ts'
import { sweep } from '../../shared/review/sweep.ts'
import { waitOf } from '../../shared/review/wait.ts'
import { ATTACK, arnOf, call, NOW, oneUser } from '../embedded.ts'
import { assumes, lookedUp, roleNamed } from '../looked-up.ts'
import { RESTRICTS, restrictedWorld, reviewer } from '../restricted.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

async function swept(parts: Parameters<typeof restrictedWorld>[0] = {}) {
  const world = await restrictedWorld(parts)
  const invoked: string[] = []
  const paged: string[] = []
  const ports = {
    ...world.ports,
    containInvoker: {
      async contain(id: string) {
        invoked.push(id)
        await enforce(id, world.ports)
      },
    },
    rotateInvoker: undefined,
    backfillQueue: { backfill: async () => {} },
    pager: { notify: async ({ title }: { title: string }) => void paged.push(title) },
  }
  const sweepAt = async (ms: number) => {
    world.setNow(NOW + ms)
    await sweep(ports)
  }
  return { ...world, invoked, paged, sweepAt }
}

type World = Awaited<ReturnType<typeof restrictedWorld>>

const ownPolicy = async ({ account, only }: Pick<World, 'account' | 'only'>) =>
  (await account.getUserPolicy('ci-build', quarantinePolicyName((await only()).id))) ?? null

async function put(world: World, policy: object): Promise<void> {
  await applyPolicy(world.ports.record, { policy: parsePolicy(policy), by: 'test', why: 'test', at: new Date(NOW).toISOString() })
}

async function store(world: Pick<World, 'ports' | 'only'>, parts: object): Promise<void> {
  const stored = await world.ports.incidents.get((await world.only()).id)
  if (stored === undefined) throw new Error('no incident')
  await world.ports.incidents.save({ ...stored.value, ...parts }, stored.version)
}

describe('a restricted incident that nobody answers', () => {
  it('is reminded of, paged, and kept restricted at its end', async () => {
    const world = await swept()
    await world.sweepAt(30 * MINUTE)
    expect(world.notices.at(-1)).toMatchObject({ kind: 'escalated', title: 'Nobody has answered: decide about ci-build' })
    await world.sweepAt(60 * MINUTE)
    expect(world.paged).toHaveLength(1)
    await world.sweepAt(400 * HOUR)
    expect(await world.only()).toMatchObject({ state: 'confirmed', verdict: { by: 'countersign:sweep' } })
    expect(isRestriction(await ownPolicy(world))).toBe(true)
  })

  it('gets its rights back where the policy says so', async () => {
    const world = await swept({ policy: { review: { onExpiry: 'release' } } })
    await world.sweepAt(60 * MINUTE)
    await world.sweepAt(400 * HOUR)
    expect(await world.only()).toMatchObject({ state: 'released' })
    expect(world.account.authorizationDetails()).toEqual(world.before)
  })

  it('waits longer for a person who wants more time, and stays restricted', async () => {
    const world = await swept()
    await review((await world.only()).id, { kind: 'extend', hours: 8, ...reviewer }, world.ports)
    await world.sweepAt(7 * HOUR)
    expect(world.notices.some(({ kind }) => kind === 'escalated')).toBe(false)
    expect(await world.only()).toMatchObject({ state: 'restricted' })
    await world.sweepAt(9 * HOUR)
    expect(world.notices.some(({ kind }) => kind === 'escalated')).toBe(true)
  })

  it('has waited since it was restricted, not since the event', async () => {
    const world = await swept()
    const incident = { ...(await world.only()), restrictedAt: NOW + HOUR }
    expect(waitOf(incident, { changes: [], orders: [], now: NOW + 2 * HOUR }).remindFrom).toBe(NOW + HOUR)
  })

  it('is set going again where it is stuck on its way', async () => {
    const world = await swept({ callsContain: false })
    expect((await world.only()).state).toBe('restricting')
    await world.sweepAt(4 * MINUTE)
    expect(world.invoked).toEqual([])
    await world.sweepAt(6 * MINUTE)
    expect((await world.only()).state).toBe('restricted')
  })
})

describe('an override', () => {
  const override = (mode: 'ask' | 'restrict') => ({
    override: { mode, until: new Date(NOW + HOUR).toISOString(), by: 'local:anna', reason: 'a migration' },
  })

  it.each([
    ['ask', false],
    ['restrict', true],
  ] as const)('in mode %s sets a restriction again that somebody took away: %s', async (mode, isSet) => {
    const world = await restrictedWorld()
    const { id } = await world.only()
    await put(world, { ...RESTRICTS, ...override(mode) })
    await world.account.deleteUserPolicy('ci-build', quarantinePolicyName(id))
    world.setNow(NOW + MINUTE)
    await enforce(id, world.ports)
    expect(isRestriction(await ownPolicy(world))).toBe(isSet)
  })
})

describe('a role that could not be looked at', () => {
  it('has the sessions restricted that were assumed there once it can, and not where its tier does not restrict', async () => {
    let isDown = true
    const account = { ...oneUser(), RoleDetailList: [roleNamed('deploy')] }
    const events = [...ATTACK, assumes('deploy', { id: 's1', time: NOW + 3000, session: 'ASIAROLESESSION00001', name: 'mine' })]
    const iam: NonNullable<NonNullable<Parameters<typeof restrictedWorld>[0]>['iam']> = (inner) => ({
      ...inner,
      describe: async (identity) => {
        if (isDown && identity.kind === 'role') throw new Error('throttled')
        return inner.describe(identity)
      },
    })
    const world = await restrictedWorld({ account, events, iam })
    const { id } = await world.only()
    const sessions = async () => (await world.account.getRolePolicy('deploy', revocationPolicyName(id))) ?? null
    expect(await world.only()).toMatchObject({ state: 'restricted' })
    expect((await world.only()).decision.why.join()).toContain('its tags and path could not be read')
    expect(await sessions()).toBeNull()
    isDown = false
    const tiers = [{ name: 'roles', match: { arns: ['arn:aws:iam::123456789012:role/*'] }, mode: 'ask' }]
    await put(world, { ...RESTRICTS, tiers })
    await enforce(id, world.ports)
    expect(await sessions()).toBeNull()
    await put(world, RESTRICTS)
    await enforce(id, world.ports)
    expect(isRestriction(await sessions())).toBe(true)
  })
})

describe('what came before and after a restriction', () => {
  it('is told apart: what was found later is no reason for it, and refused calls are counted from it on', async () => {
    const world = await restrictedWorld()
    await world.respond([
      call('organizations:LeaveOrganization', { id: 'l1', time: NOW + MINUTE, error: 'AccessDenied' }),
      call('iam:CreateLoginProfile', { id: 'l2', time: NOW + 2 * MINUTE, error: 'AccessDenied', request: { userName: 'bystander' } }),
    ])
    const incident = await world.only()
    const { contributions, since } = reasonsOf(incident)
    expect(contributions.length).toBeGreaterThan(0)
    for (const { finding } of contributions) expect(finding.time).toBeLessThanOrEqual(incident.decidedBy.time)
    for (const { finding } of since) expect(finding.time).toBeGreaterThan(incident.decidedBy.time)
    const signals = await world.ports.incidents.signals(incident.id)
    const denied = signals.filter(({ outcome }) => outcome === 'denied').length
    expect(refusedAfter(incident, signals)).toBe(denied)
  })
})

describe('what a restricted credential did before', () => {
  it('is looked up as for a containment: a session that it took on since the first finding is restricted with it', async () => {
    const took = assumes('deploy', { id: 's0', time: NOW + 500, session: 'ASIAROLESESSION00001', name: 'unseen', seconds: 43_200 })
    const account = { ...oneUser(), RoleDetailList: [roleNamed('deploy')] }
    const world = await lookedUp({ account, policy: RESTRICTS, trail: [took, ...ATTACK] })
    await world.respond(ATTACK)
    expect(world.backfillQueue.asked).toEqual([(await world.only()).id])
    await world.lookUpAll()
    const { id } = await world.only()
    expect(await world.account.getRolePolicy('deploy', revocationPolicyName(id))).toContain('*:unseen')
  })
})

describe('a session from long before', () => {
  it('that the look-up finds is noted, and the incident does not stay on its way', async () => {
    const took = assumes('deploy', { id: 's0', time: NOW - 3 * HOUR, session: 'ASIAROLESESSION00001', name: 'early', seconds: 43_200 })
    const account = { ...oneUser(), RoleDetailList: [roleNamed('deploy')] }
    const world = await lookedUp({ account, policy: RESTRICTS, trail: [took, ...ATTACK] })
    await world.respond(ATTACK)
    await world.lookUpAll()
    const { id, state, lineage } = await world.only()
    expect(lineage.map((edge) => edge.id)).toContain('ASIAROLESESSION00001')
    expect(state).toBe('restricted')
    expect(await world.account.getRolePolicy('deploy', revocationPolicyName(id))).toBeUndefined()
  })
})

describe('a user that a restricted one created', () => {
  const MADE = 'AKIAMADEBYIT00000001'
  const made = (action: string, id: string, request: object = {}) =>
    call(action, { id, user: 'made', key: MADE, time: NOW + 5000, request })
  const account = {
    UserDetailList: ['ci-build', 'made'].map((UserName) => ({ UserName, Arn: arnOf(UserName) })),
    AccessKeys: [
      { UserName: 'ci-build', AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Active' as const },
      { UserName: 'made', AccessKeyId: MADE, Status: 'Active' as const },
    ],
  }
  const created = [
    call('iam:CreateUser', { id: 'c1', request: { userName: 'made' }, response: { user: { userName: 'made', arn: arnOf('made') } } }),
    call('iam:CreateAccessKey', {
      id: 'c2',
      time: NOW + 500,
      request: { userName: 'made' },
      response: { accessKey: { userName: 'made', accessKeyId: MADE } },
    }),
    ...ATTACK.slice(1),
  ]

  it('is not shielded by that restriction, which does not reach it: by evidence of its own it is restricted itself', async () => {
    const world = await restrictedWorld({ account, events: created })
    await world.respond([
      made('iam:CreateUser', 'm1', { userName: 'second' }),
      made('iam:AttachUserPolicy', 'm2', { userName: 'second', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
      made('cloudtrail:StopLogging', 'm3'),
    ])
    const states = (await world.incidents()).map(({ identity, state }) => [identity.name, state])
    expect(states.toSorted()).toEqual([
      ['ci-build', 'restricted'],
      ['made', 'restricted'],
    ])
  })
})

describe('a state that somebody wrote', () => {
  it('restricts nobody in another account', async () => {
    const world = await restrictedWorld({ policy: { mode: 'ask' } })
    await put(world, RESTRICTS)
    const { identity } = await world.only()
    const restriction = { services: [], actions: [], addresses: [], endpoints: [], sessions: [], isCovered: false, isFenced: false }
    await store(world, { state: 'restricting', restriction, identity: { ...identity, account: '999999999999' } })
    await enforce((await world.only()).id, world.ports)
    expect(await world.only()).toMatchObject({ state: 'asking' })
    expect(world.calls).toEqual([])
  })
})
