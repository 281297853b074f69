import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { quarantinePolicyName, revocationPolicyName } from '../../shared/contain/steps/quarantine.ts'
import { review } from '../../shared/review/review.ts'
import { changingAccount } from '../changing-account.ts'
import { ACCOUNT, ATTACK, arnOf, call, embedded, exposed, KEY, NOW, oneUser, QUARANTINE_ARN } from '../embedded.ts'

const MINUTE = 60_000
const ADMIN = { user: 'bystander', key: 'AKIABYSTANDER0000001' }
const REVIEWER = { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' } as const

/** User `ci-build`, whose key AWS reported, contained in an account that others change; a minute later. */
async function contained({ attack = [exposed()], account = oneUser() as object } = {}) {
  const changing = changingAccount(account)
  const before = changing.details()
  const world = await embedded({ iam: () => changing.iam, policy: { breaker: { maxUserFraction: 1 } } })
  await world.respond(attack)
  const own = (await world.incidents()).find(({ identity }) => identity.name === 'ci-build')
  if (own === undefined) throw new Error('no incident')
  world.setNow(NOW + MINUTE)
  return {
    ...world,
    changing,
    before,
    id: own.id,
    policyName: quarantinePolicyName(own.id),
    async now() {
      const stored = await world.ports.incidents.get(own.id)
      if (stored === undefined) throw new Error('the incident is gone')
      return stored.value
    },
    /** What the calls of `ci-build` and of `bystander` were found to be. */
    async findingsOf(action: string, request: object, parts: object = {}) {
      const about = { id: `f-${action}`, time: NOW + MINUTE, request, ...ADMIN, ...parts }
      const { outcomes } = await world.respond([call(action, about)])
      return outcomes.flatMap(({ findings }) => findings)
    },
  }
}

const renamed = (from: string, to: string, time = NOW + MINUTE) =>
  call('iam:UpdateUser', { id: `rename-${from}-${to}`, time, request: { userName: from, newUserName: to }, ...ADMIN })

describe('an intruder who wants what was contained to be forgotten', () => {
  it('renames the user: its steps go by the new name from then on, and people are told', async () => {
    const world = await contained()
    world.changing.renameUser('ci-build', 'svc-9')
    await world.respond([renamed('ci-build', 'svc-9')])
    expect(await world.now()).toMatchObject({ identity: { name: 'svc-9', id: arnOf('svc-9') }, state: 'contained', priority: 100 })
    expect(world.notices.at(-1)).toMatchObject({ kind: 'reversed', priority: 100 })
    expect(world.notices.at(-1)?.body).toContain('user ci-build was renamed to svc-9')
    // The intruder lifts the deny and switches the key on again, by the new name, and no event tells of it.
    await world.changing.iam.deleteUserPolicy('svc-9', world.policyName)
    await world.changing.iam.setAccessKeyStatus('svc-9', KEY, 'Active')
    world.setNow(NOW + 2 * MINUTE)
    await enforce(world.id, world.ports)
    expect(world.changing.isRefused('svc-9')).toBe(true)
    expect(world.changing.isRefused('svc-9', KEY)).toBe(true)
  })

  it('renames the user, and people release: all is given back under the new name', async () => {
    const world = await contained()
    world.changing.renameUser('ci-build', 'svc-9')
    await world.respond([renamed('ci-build', 'svc-9')])
    await review(world.id, REVIEWER, world.ports)
    expect((await world.now()).state).toBe('released')
    const expected = changingAccount(world.before)
    expected.renameUser('ci-build', 'svc-9')
    expect(world.changing.details()).toEqual(expected.details())
  })

  it('gives the user no other name, which differs in nothing but that: nothing moves and nobody is told', async () => {
    const world = await contained()
    const told = world.notices.length
    await world.respond([call('iam:UpdateUser', { id: 'u1', time: NOW + MINUTE, request: { userName: 'ci-build' }, ...ADMIN })])
    expect((await world.now()).identity.name).toBe('ci-build')
    expect(world.notices).toHaveLength(told)
  })

  it('renames it twice, and the second call is delivered first', async () => {
    const world = await contained()
    world.changing.renameUser('ci-build', 'one')
    world.changing.renameUser('one', 'two')
    await world.respond([renamed('one', 'two', NOW + MINUTE + 1000)])
    await world.respond([renamed('ci-build', 'one', NOW + MINUTE)])
    await world.changing.iam.setAccessKeyStatus('two', KEY, 'Active')
    world.setNow(NOW + 2 * MINUTE)
    await enforce(world.id, world.ports)
    expect(world.changing.isRefused('two', KEY)).toBe(true)
    expect((await world.now()).identity.name).toBe('two')
  })

  it('renames it while no event is delivered: the owner of the key says who it is now', async () => {
    const world = await contained()
    world.changing.renameUser('ci-build', 'svc-9')
    await world.changing.iam.setAccessKeyStatus('svc-9', KEY, 'Active')
    await enforce(world.id, world.ports)
    expect(world.changing.isRefused('svc-9', KEY)).toBe(true)
    expect((await world.now()).identity.name).toBe('svc-9')
    expect(world.notices.at(-1)?.body).toContain('user ci-build was renamed to svc-9')
  })

  it('renames the user that they created, and creates another of the old name: both are denied', async () => {
    const users = [
      ...(oneUser().UserDetailList ?? []),
      { UserName: 'backdoor', Arn: arnOf('backdoor'), CreateDate: '2026-03-02T12:00:00Z' },
    ]
    const world = await contained({ attack: ATTACK, account: { ...oneUser(), UserDetailList: users } })
    world.changing.renameUser('backdoor', 'innocent')
    world.changing.createUser('backdoor', NOW + MINUTE)
    const again = call('iam:CreateUser', { id: 'again', time: NOW + MINUTE, request: { userName: 'backdoor' } })
    await world.respond([renamed('backdoor', 'innocent', NOW + MINUTE - 1000), again])
    expect((await world.now()).lineage.map(({ owner }) => owner)).toEqual(expect.arrayContaining(['innocent', 'backdoor']))
    await world.changing.iam.deleteUserPolicy('innocent', world.policyName)
    world.setNow(NOW + 2 * MINUTE)
    await enforce(world.id, world.ports)
    expect([world.changing.isRefused('innocent'), world.changing.isRefused('backdoor')]).toEqual([true, true])
  })

  it('deletes the user: nothing is left to contain, and people are told that', async () => {
    const world = await contained()
    world.changing.deleteUser('ci-build')
    await world.respond([call('iam:DeleteUser', { id: 'd1', time: NOW + MINUTE, request: { userName: 'ci-build' }, ...ADMIN })])
    expect(world.notices.at(-1)).toMatchObject({ kind: 'step-gone' })
    expect(world.notices.at(-1)?.body).toContain(
      `user-policy:ci-build/${world.policyName}: user ci-build is no longer there; see in CloudTrail who removed it`,
    )
    const told = world.notices.length
    world.setNow(NOW + 2 * MINUTE)
    await enforce(world.id, world.ports)
    expect(world.notices).toHaveLength(told)
  })
})

describe('an intruder who reverses a containment again and again', () => {
  /** Switches the key on `times` times, every `seconds`, from the first minute on. */
  async function flooded(times: number, seconds: number, by: object = {}) {
    const world = await contained()
    const [told, called] = [world.notices.length, world.called.length]
    let refusals = 0
    for (let n = 0; n < times; n++) {
      const time = NOW + MINUTE + n * seconds * 1000
      world.setNow(time)
      await world.changing.iam.setAccessKeyStatus('ci-build', KEY, 'Active')
      const request = { userName: 'ci-build', accessKeyId: KEY, status: 'Active' }
      await world.respond([{ ...call('iam:UpdateAccessKey', { id: `r${n}`, time, request, ...ADMIN }), ...by }])
      if (world.changing.isRefused('ci-build', KEY)) refusals += 1
    }
    const notices = () => world.notices.slice(told).filter(({ kind }) => kind === 'reversed')
    return { ...world, refusals, notices, runs: world.called.slice(called).filter((id) => id === world.id).length }
  }
  const root = {
    userIdentity: { type: 'Root', arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT, accessKeyId: 'AKIAROOTROOTROOTROOT' },
  }

  it.each([
    ['an administrator', {}],
    ['root', root],
  ])(
    'a hundred times in ten minutes, as %s: it is contained again each time, and people are told at 0, 1, 3 and 7 minutes',
    async (_, by) => {
      const world = await flooded(100, 6, by)
      expect([world.refusals, world.runs]).toEqual([100, 100])
      expect(world.notices().map(({ priority }) => priority)).toEqual([100, 100, 100, 100])
      const times = world.notices().map(({ body }) => /was reversed by somebody else(?: (\d+) times)?, and is set again/.exec(body)?.[1])
      expect(times).toEqual([undefined, '11', '31', '71'])
      const why = (await world.now()).decision.why.filter((line) => line.includes('was reversed'))
      expect(why).toEqual([`access-key:ci-build/${KEY} was reversed by somebody else 71 times, and is set again`])
    },
  )

  it('and stops: the look that was asked for tells of the rest, once', async () => {
    const world = await flooded(3, 10)
    expect(world.notices()).toHaveLength(1)
    // The first reversal that is not told asks for a look at the end of the minute.
    expect((world.ports.reverifyQueue as unknown as { asked: string[] }).asked.filter((one) => one === `${world.id} +50`)).toHaveLength(1)
    world.setNow(NOW + MINUTE + 59_999)
    await enforce(world.id, world.ports)
    expect(world.notices()).toHaveLength(1)
    world.setNow(NOW + 2 * MINUTE)
    await enforce(world.id, world.ports)
    await enforce(world.id, world.ports)
    expect(world.notices()).toHaveLength(2)
    expect(world.notices().at(-1)?.body).toContain(`access-key:ci-build/${KEY} was reversed by somebody else 3 times, and is set again`)
  })

  it('a day apart: each is told at once', async () => {
    const world = await flooded(3, 86_400)
    expect(world.notices()).toHaveLength(3)
  })

  it('all day: it is told four times an hour at most', async () => {
    const world = await flooded(50, 90)
    expect(world.refusals).toBe(50)
    // At 0, 1.5, 4.5, 9 and 18 minutes, and from then on after 15: 33, 48, 63.
    expect(world.notices()).toHaveLength(8)
  })

  it('where the notice cannot be sent: the next look tells it', async () => {
    const world = await contained()
    const told = world.notices.length
    world.setNow(NOW + MINUTE)
    await world.changing.iam.setAccessKeyStatus('ci-build', KEY, 'Active')
    const notifier = { notify: () => Promise.reject(new Error('no topic')) }
    await expect(enforce(world.id, { ...world.ports, notifier })).rejects.toThrow('no topic')
    expect(world.changing.isRefused('ci-build', KEY)).toBe(true)
    await enforce(world.id, world.ports)
    expect(world.notices.slice(told).map(({ kind }) => kind)).toEqual(['reversed'])
  })
})

describe('an intruder who makes so much that nobody can look at it', () => {
  it.each([3, 40])('%i roles that cannot be read at any look: people are told of them once', async (count) => {
    const roles = Array.from({ length: count }, (_, at) => `backdoor-${at}`)
    const details = {
      ...oneUser(),
      RoleDetailList: roles.map((RoleName) => ({
        RoleName,
        Arn: `arn:aws:iam::${ACCOUNT}:role/${RoleName}`,
        CreateDate: new Date(NOW).toISOString(),
      })),
    }
    const made = roles.map((roleName, at) => call('iam:CreateRole', { id: `r${at}`, request: { roleName } }))
    const world = await contained({ attack: [...made, exposed()], account: details })
    const iam = new Proxy(world.ports.iam, {
      get: (target, name) => (name === 'getRolePolicy' ? () => Promise.reject(new Error('throttled')) : Reflect.get(target, name)),
    })
    const before = world.notices.length
    for (const minute of [2, 3, 4, 5]) {
      world.setNow(NOW + minute * MINUTE)
      await enforce(world.id, { ...world.ports, iam })
    }
    expect(world.notices.length - before).toBe(1)
  })
})

describe('an intruder who goes on with a key that was contained', () => {
  const successes = (count: number, parts: object = {}) =>
    Array.from({ length: count }, (_, at) => call('s3:ListBuckets', { id: `s${at}`, time: NOW + MINUTE + at, ...parts }))

  it('makes 50 calls that succeed: it is an alarm of priority 100, told once, and looked at again once', async () => {
    const world = await contained()
    const [called, told] = [world.called.length, world.notices.length]
    await world.respond(successes(50))
    expect(await world.now()).toMatchObject({ state: 'contained', priority: 100 })
    expect((await world.now()).findings.map(({ detector }) => detector)).toContain('contained-credential-used')
    expect(world.called.slice(called)).toEqual([world.id])
    expect(world.notices.slice(told).map(({ kind, priority }) => [kind, priority])).toEqual([['in-use', 100]])
    // What follows says nothing new. The priority stays.
    await world.respond([call('s3:ListBuckets', { id: 'later', time: NOW + 2 * MINUTE })])
    expect(world.notices.slice(told)).toHaveLength(1)
    expect((await world.now()).priority).toBe(100)
  })

  it.each([
    ['is refused, as it should be', { error: 'AccessDenied' }, 1],
    ['was made before the containment, and is delivered late', { time: NOW - 1000 }, 1],
    ['was made while IAM was still spreading the change', { time: NOW + 4000 }, 1],
  ])('makes a call that %s: that is no alarm', async (_, parts, count) => {
    const world = await contained()
    const told = world.notices.length
    await world.respond(successes(count, parts))
    expect((await world.now()).findings.map(({ detector }) => detector)).not.toContain('contained-credential-used')
    expect(world.notices).toHaveLength(told)
  })

  it('has switched the key on, and the call is the first that is seen of it: it is contained again', async () => {
    const world = await contained()
    await world.changing.iam.setAccessKeyStatus('ci-build', KEY, 'Active')
    await world.respond(successes(1))
    expect(world.changing.isRefused('ci-build', KEY)).toBe(true)
  })

  it('asks who they are with a session of the user, which no policy can deny: that is no alarm', async () => {
    const world = await contained()
    const session = { key: 'ASIACIBUILDSESSION01', time: NOW + MINUTE }
    await world.respond([call('sts:GetCallerIdentity', { id: 'w1', ...session })])
    expect((await world.now()).findings.map(({ detector }) => detector)).not.toContain('contained-credential-used')
    await world.respond([call('s3:ListBuckets', { id: 'w2', ...session })])
    expect((await world.now()).findings.map(({ detector }) => detector)).toContain('contained-credential-used')
  })

  it('does so after people confirmed and closed the incident: it is looked at again, and another incident opens', async () => {
    const world = await contained()
    await review(world.id, { ...REVIEWER, kind: 'compromised' }, world.ports)
    const called = world.called.length
    await world.respond(successes(3))
    expect(world.called.slice(called)).toContain(world.id)
    expect((await world.incidents()).filter(({ priority }) => priority === 100).length).toBeGreaterThan(0)
  })
})

describe('an intruder who takes a containment away by a call', () => {
  const targets = async () => {
    const world = await contained()
    const [role, quarantine] = [revocationPolicyName(world.id), world.policyName]
    return { world, role, quarantine }
  }

  it.each([
    ['iam:PutUserPolicy', (q: string) => ({ userName: 'ci-build', policyName: q }), { policyName: 'CountersignQuarantine-notes' }],
    ['iam:DeleteUserPolicy', (q: string) => ({ userName: 'ci-build', policyName: q }), { policyName: 'CountersignQuarantine-notes' }],
    ['iam:PutRolePolicy', (_: string, r: string) => ({ roleName: 'deploy', policyName: r }), { policyName: 'CountersignRevoke-notes' }],
    ['iam:DeleteRolePolicy', (_: string, r: string) => ({ roleName: 'deploy', policyName: r }), { policyName: 'CountersignRevoke-notes' }],
    ['iam:UpdateAccessKey', () => ({ userName: 'ci-build', accessKeyId: KEY, status: 'Active' }), { status: 'Inactive' }],
    ['iam:UpdateUser', () => ({ userName: 'ci-build', newUserName: 'x' }), { userName: 'other' }],
    ['iam:DeleteUser', () => ({ userName: 'ci-build' }), { userName: 'other' }],
  ] as const)('%s: it is a finding about who did it; in one field different, it is none', async (action, request, other) => {
    const { world, role, quarantine } = await targets()
    const about = request(quarantine, role)
    const detectors = (found: readonly { detector: string }[]) => found.map(({ detector }) => detector)
    expect(detectors(await world.findingsOf(action, { ...about, ...other }, { id: 'other' }))).not.toContain('containment-reversed')
    const found = (await world.findingsOf(action, about)).filter(({ detector }) => detector === 'containment-reversed')
    expect(found).toMatchObject([{ technique: 'T1685', credentialId: ADMIN.key }])
  })

  it('takes away the managed policy of the stack, which was attached for want of room', async () => {
    const full = (oneUser().UserDetailList ?? []).map((user) => ({
      ...user,
      UserPolicyList: user.UserName === 'ci-build' ? [{ PolicyName: 'full', PolicyDocument: 'x'.repeat(2048) }] : [],
    }))
    const world = await contained({ account: { ...oneUser(), UserDetailList: full } })
    const detach = (policyArn: string) => world.findingsOf('iam:DetachUserPolicy', { userName: 'ci-build', policyArn }, { id: policyArn })
    expect((await detach('arn:aws:iam::aws:policy/ReadOnlyAccess')).map(({ detector }) => detector)).not.toContain('containment-reversed')
    expect((await detach(QUARANTINE_ARN)).map(({ detector }) => detector)).toContain('containment-reversed')
  })

  it('tries it and is refused: that is a finding too', async () => {
    const { world, quarantine } = await targets()
    const request = { userName: 'ci-build', policyName: quarantine }
    const refused = await world.findingsOf('iam:DeleteUserPolicy', request, { error: 'AccessDenied' })
    expect(refused.map(({ detector }) => detector)).toContain('containment-reversed')
  })

  it('is contain itself, in a release: its session is left out by its ARN', async () => {
    const { world } = await targets()
    expect(ACCOUNT).toBe('123456789012')
    await review(world.id, REVIEWER, world.ports)
    const all = await world.incidents()
    expect(all.flatMap(({ findings }) => findings.map(({ detector }) => detector))).not.toContain('containment-reversed')
  })
})
