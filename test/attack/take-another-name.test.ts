import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { bootstrap } from '../../shared/detect/bootstrap.ts'
import { review } from '../../shared/review/review.ts'
import { changingAccount } from '../changing-account.ts'
import { ACCOUNT, arnOf, call, embedded, exposed, KEY, NOW, oneUser } from '../embedded.ts'

const ID = 'AIDACIBUILDEXAMPLE123'
const ADMIN = { user: 'admin', key: 'AKIAADMINADMIN000001', principalId: 'AIDAADMINEXAMPLE12345' }
const BYSTANDER = { key: 'AKIABYSTANDER0000001', principalId: 'AIDABYSTANDER12345678' }
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
/** Users of the build are contained; all others are observed, and those for emergencies are protected. */
const BY_NAME = {
  mode: 'observe',
  tiers: [{ name: 'build', match: { arns: ['arn:aws:iam::*:user/ci-*'] }, mode: 'contain' }],
  protected: { arns: ['arn:aws:iam::*:user/break-glass*'], tags: {} },
  breaker: { maxUserFraction: 1 },
}
const NAMES = ['ordinary', 'break-glass-1'] as const

const by = (user: string, action: string, id: string, time: number, parts: object = {}) =>
  call(action, { id, time, user, principalId: ID, ...parts })
const rename = (from: string, to: string, time: number, parts: object = {}) =>
  by(from, 'iam:UpdateUser', `rename-${from}-${to}-${time}`, time, { request: { userName: from, newUserName: to }, ...parts })
/** Three calls whose evidence together calls for containment. */
const attack = (user: string, time: number, parts: object = {}) => [
  by(user, 'iam:CreateUser', `a1-${user}-${time}`, time, { request: { userName: 'backdoor' }, ...parts }),
  by(user, 'iam:AttachUserPolicy', `a2-${user}-${time}`, time + 1000, {
    request: { userName: 'backdoor', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    ...parts,
  }),
  by(user, 'cloudtrail:StopLogging', `a3-${user}-${time}`, time + 2000, parts),
]

async function start({ policy = BY_NAME as object, callsContain = true, isSeen = true, name = 'ci-build' } = {}) {
  const details = oneUser()
  const CreateDate = new Date(NOW - 300 * DAY).toISOString()
  const users = details.UserDetailList?.map((user) =>
    user.UserName === 'ci-build'
      ? { ...user, UserName: name, Arn: arnOf(name), UserId: ID, CreateDate }
      : { ...user, UserId: BYSTANDER.principalId, CreateDate },
  )
  const keys = details.AccessKeys?.map((key) => (key.UserName === 'ci-build' ? { ...key, UserName: name } : key))
  const changing = changingAccount({ ...details, UserDetailList: users, AccessKeys: keys })
  const world = await embedded({ iam: () => changing.iam, policy, callsContain })
  // The user works for a while before it is stolen.
  if (isSeen) await world.respond([by(name, 's3:ListBuckets', 'w1', NOW - 60 * MINUTE)])
  return {
    ...world,
    changing,
    isThiefOut: (name: string) => changing.isRefused(name) && changing.isRefused(name, KEY),
    async only() {
      const all = (await world.incidents()).filter(({ identity }) => identity.principalId === ID)
      if (all.length !== 1) throw new Error(`${all.length} incidents of the stolen user`)
      return all[0] as (typeof all)[number]
    },
  }
}

describe('an intruder renames the stolen user before its first suspicious call', () => {
  it.each(NAMES)('to %s, in one batch with the rest: it is contained, as it would have been under its own name', async (name) => {
    const world = await start()
    world.changing.renameUser('ci-build', name)
    await world.respond([rename('ci-build', name, NOW - MINUTE), ...attack(name, NOW)])
    expect([(await world.only()).state, world.isThiefOut(name)]).toEqual(['contained', true])
    expect((await world.only()).decision.why.join()).toContain(`the policy goes by ${arnOf('ci-build')}`)
  })

  it.each(NAMES)('to %s, in another batch', async (name) => {
    const world = await start()
    world.changing.renameUser('ci-build', name)
    await world.respond([rename('ci-build', name, NOW - MINUTE)])
    await world.respond(attack(name, NOW))
    expect([(await world.only()).state, world.isThiefOut(name)]).toEqual(['contained', true])
  })

  it.each(NAMES)('to %s, and the rename is delivered last: a person is asked until then', async (name) => {
    const world = await start()
    world.changing.renameUser('ci-build', name)
    await world.respond(attack(name, NOW))
    expect((await world.only()).state).toBe('asking')
    await world.respond([rename('ci-build', name, NOW - MINUTE)])
    expect([(await world.only()).state, world.isThiefOut(name)]).toEqual(['contained', true])
  })

  it.each(NAMES)('to %s, and the rename is never delivered: a person is asked, and can have it contained', async (name) => {
    const world = await start()
    world.changing.renameUser('ci-build', name)
    await world.respond(attack(name, NOW))
    const { id, state, decision } = await world.only()
    expect([state, decision.why.join()]).toEqual(['asking', expect.stringContaining(`it was called ${arnOf('ci-build')} lately`)])
    await review(id, { kind: 'contain', by: arnOf('reviewer'), reason: 'not ours' }, world.ports)
    expect(world.isThiefOut(name)).toBe(true)
  })

  it('through many names, and a path: it still goes by the first', async () => {
    const world = await start()
    const names = ['ci-build', ...Array.from({ length: 12 }, (_, at) => `x${at}`), 'break-glass-9']
    const renames = names.slice(1).map((to, at) => rename(names[at] as string, to, NOW - 30 * MINUTE + at * 1000))
    for (const [at, to] of names.slice(1).entries()) world.changing.renameUser(names[at] as string, to)
    for (const one of renames) await world.respond([one])
    await world.respond(attack('break-glass-9', NOW))
    expect([(await world.only()).state, world.isThiefOut('break-glass-9')]).toEqual(['contained', true])
  })

  it.each([true, false])('twice in one second, delivered in order: %j: it is contained, also by the report of AWS', async (isInOrder) => {
    const world = await start()
    world.changing.renameUser('ci-build', 'x')
    world.changing.renameUser('x', 'break-glass-1')
    const two = [rename('ci-build', 'x', NOW - MINUTE), rename('x', 'break-glass-1', NOW - MINUTE)]
    for (const one of isInOrder ? two : two.reverse()) await world.respond([one])
    await world.respond(attack('break-glass-1', NOW))
    expect([(await world.only()).state, world.isThiefOut('break-glass-1')]).toEqual(['contained', true])
  })

  it('and AWS reports the key: it is contained', async () => {
    const world = await start()
    world.changing.renameUser('ci-build', 'break-glass-1')
    await world.respond([rename('ci-build', 'break-glass-1', NOW - MINUTE)])
    await world.respond([exposed()])
    expect(world.isThiefOut('break-glass-1')).toBe(true)
  })

  it('before the responder has ever seen it: what CloudTrail holds of the key says the name before', async () => {
    const world = await start({ isSeen: false })
    world.changing.renameUser('ci-build', 'break-glass-1')
    const past = [by('ci-build', 's3:ListBuckets', 'w1', NOW - DAY), rename('ci-build', 'break-glass-1', NOW - MINUTE)]
    await bootstrap({ accessKeyId: KEY }, { ...world.ports, history: { lookup: async () => past } })
    await world.respond(attack('break-glass-1', NOW))
    expect([(await world.only()).state, world.isThiefOut('break-glass-1')]).toEqual(['contained', true])
  })

  it('between the decision and the run of contain: what was decided is done', async () => {
    const world = await start({ callsContain: false })
    await world.respond(attack('ci-build', NOW))
    world.changing.renameUser('ci-build', 'break-glass-1')
    world.setNow(NOW + MINUTE)
    const { id } = await world.only()
    await enforce(id, world.ports)
    expect([(await world.only()).state, world.isThiefOut('break-glass-1')]).toEqual(['contained', true])
  })

  it('out of the protection of its name into a tier that contains: it stays protected, and a person is asked', async () => {
    const policy = { ...BY_NAME, protected: { arns: ['arn:aws:iam::*:user/ci-build'], tags: {} }, mode: 'contain', tiers: [] }
    const world = await start({ policy })
    world.changing.renameUser('ci-build', 'ordinary')
    await world.respond([rename('ci-build', 'ordinary', NOW - MINUTE), ...attack('ordinary', NOW)])
    expect([(await world.only()).state, world.changing.isRefused('ordinary')]).toEqual(['asking', false])
  })
})

describe('somebody else renames the user', () => {
  it.each(NAMES)('to %s, of which the policy says otherwise: a person is asked', async (name) => {
    const world = await start()
    world.changing.renameUser('ci-build', name)
    await world.respond([rename('ci-build', name, NOW - MINUTE, ADMIN), ...attack(name, NOW)])
    expect([(await world.only()).state, world.changing.isRefused(name)]).toEqual(['asking', false])
  })

  it('to a name of which the policy says the same: it is contained', async () => {
    const world = await start()
    world.changing.renameUser('ci-build', 'ci-deploy')
    await world.respond([rename('ci-build', 'ci-deploy', NOW - MINUTE, ADMIN), ...attack('ci-deploy', NOW)])
    expect([(await world.only()).state, world.isThiefOut('ci-deploy')]).toEqual(['contained', true])
  })

  it.each([
    ['long ago', 31, 'watching'],
    ['lately', 29, 'asking'],
  ] as const)('%s: the name of today counts, or a person is asked', async (_, days, state) => {
    const world = await start()
    world.changing.renameUser('ci-build', 'ordinary')
    await world.respond([by('ordinary', 's3:ListBuckets', 'w2', NOW + MINUTE)])
    world.setNow(NOW + days * DAY)
    await world.respond(attack('ordinary', NOW + days * DAY))
    expect((await world.only()).state).toBe(state)
  })
})

describe('an intruder with a second credential renames the stolen user with that one', () => {
  it.each([
    ['once', ['ordinary']],
    ['twice, before the first call is delivered', ['tmp', 'ordinary']],
  ])('that has never called before, %s: a person is asked', async (_, names) => {
    const world = await start({ isSeen: false })
    const path = ['ci-build', ...names]
    for (const [at, to] of names.entries()) world.changing.renameUser(path[at] as string, to)
    for (const [at, to] of names.entries()) await world.respond([rename(path[at] as string, to, NOW - MINUTE + at * 1000, ADMIN)])
    await world.respond(attack('ordinary', NOW))
    expect([(await world.only()).state, world.changing.isRefused('ordinary')]).toEqual(['asking', false])
  })

  it('out of protection into a tier that contains, and AWS reports the key: a person is asked', async () => {
    const world = await start({ name: 'break-glass-1' })
    world.changing.renameUser('break-glass-1', 'ci-x')
    await world.respond([rename('break-glass-1', 'ci-x', NOW - MINUTE, ADMIN)])
    await world.respond([exposed()])
    expect([(await world.only()).state, world.changing.isRefused('ci-x')]).toEqual(['asking', false])
  })

  it('to and fro, so that no name sees a burst: what the user did under all of them counts together', async () => {
    const world = await start({ policy: { mode: 'contain', breaker: { maxUserFraction: 1 } } })
    const names = ['ci-build', 'n1', 'n2', 'n3', 'n4']
    for (let at = 0; at < 15; at++) {
      const [name, next] = [names[at % 5] as string, names[(at + 1) % 5] as string]
      const time = NOW + at * 4000
      await world.respond([by(name, 'secretsmanager:GetSecretValue', `s${at}`, time, { request: { secretId: `secret-${at}` } })])
      world.changing.renameUser(name, next)
      await world.respond([rename(name, next, time + 2000, ADMIN)])
    }
    expect((await world.only()).findings.map(({ detector }) => detector)).toContain('secrets-swept')
  })
})

describe('an intruder calls a rename that changes nothing', () => {
  it('so that one by the owner would count as its own: a person is asked all the same', async () => {
    const world = await start({ name: 'ordinary' })
    world.changing.renameUser('ordinary', 'ci-build')
    await world.respond([rename('ordinary', 'ci-build', NOW - 50 * MINUTE, ADMIN)])
    await world.respond([by('ci-build', 's3:ListBuckets', 'w2', NOW - 40 * MINUTE)])
    await world.respond([by('ci-build', 'iam:UpdateUser', 'n1', NOW - MINUTE, { request: { userName: 'ci-build', newPath: '/' } })])
    await world.respond(attack('ci-build', NOW))
    expect((await world.only()).state).toBe('asking')
  })
})

describe('an intruder creates a user, deletes it, and gives its name to a bystander', () => {
  const swap = (answer: object) => [
    by('ci-build', 'iam:CreateUser', 'c1', NOW, {
      request: { userName: 'foo' },
      response: { user: { userName: 'foo', arn: arnOf('foo'), ...answer } },
    }),
    by('ci-build', 'iam:DeleteUser', 'c2', NOW + 1000, { request: { userName: 'foo' } }),
    by('ci-build', 'iam:UpdateUser', 'c3', NOW + 2000, { request: { userName: 'bystander', newUserName: 'foo' } }),
    by('ci-build', 'iam:AttachUserPolicy', 'c4', NOW + 3000, {
      request: { userName: 'foo', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    }),
    by('ci-build', 'cloudtrail:StopLogging', 'c5', NOW + 4000),
  ]
  const MODES = [{ mode: 'contain', breaker: { maxUserFraction: 1 } }, BY_NAME]
  const ANSWERS = [{ userId: 'AIDAFOOFOOFOOFOOFOO12' }, { userId: undefined }]

  it.each(MODES.flatMap((policy) => ANSWERS.map((answer) => [policy.mode, answer, policy] as const)))(
    'mode %s, answer %j: the bystander and what it makes go on, and the thief is out',
    async (_, answer, policy) => {
      const world = await start({ policy })
      world.changing.renameUser('bystander', 'foo')
      await world.respond(swap(answer))
      expect([world.isThiefOut('ci-build'), world.changing.isRefused('foo')]).toEqual([true, false])
      world.changing.createUser('newcomer', NOW + 10 * MINUTE)
      world.setNow(NOW + 10 * MINUTE)
      const made = { request: { userName: 'newcomer' }, response: { user: { userName: 'newcomer', arn: arnOf('newcomer') } } }
      await world.respond([by('foo', 'iam:CreateUser', 'b1', NOW + 10 * MINUTE, { ...BYSTANDER, ...made })])
      if (answer.userId !== undefined) expect(world.changing.isRefused('newcomer')).toBe(false)
    },
  )
})

describe('an intruder creates a user, deletes it and creates it again', () => {
  const idOf = (at: number) => `AIDAFOO${String(at).padStart(4, '0')}EXAMPLE12`
  const create = (at: number, time: number) =>
    by('ci-build', 'iam:CreateUser', `create-${at}`, time, {
      request: { userName: 'foo' },
      response: { user: { userName: 'foo', arn: arnOf('foo'), userId: idOf(at) } },
    })
  const after = [
    by('ci-build', 'iam:CreateLoginProfile', 'p1', NOW + MINUTE, {
      request: { userName: 'foo' },
      response: { loginProfile: { userName: 'foo' } },
    }),
    ...attack('ci-build', NOW + MINUTE + 1000).slice(1),
  ]

  it.each([0, 1000].flatMap((gap) => [false, true].map((isBatch) => [gap, isBatch] as const)))(
    '%i ms later, in one batch: %j: it is denied everything',
    async (gap, isBatch) => {
      const world = await start()
      world.changing.createUser('foo', NOW + gap, idOf(2))
      const deletion = by('ci-build', 'iam:DeleteUser', 'd1', NOW, { request: { userName: 'foo' } })
      const calls = [create(1, NOW), deletion, create(2, NOW + gap), ...after]
      for (const batch of isBatch ? [calls] : calls.map((one) => [one])) await world.respond(batch)
      expect([world.isThiefOut('ci-build'), world.changing.isRefused('foo')]).toEqual([true, true])
    },
  )

  it.each([false, true])('24 times, the last of which is delivered second: %j: it is denied everything', async (isEarly) => {
    const world = await start()
    world.changing.createUser('foo', NOW + 24_000, idOf(24))
    const all = Array.from({ length: 24 }, (_, at) => create(at + 1, NOW + (at + 1) * 1000))
    const [first, ...others] = all as [object, ...object[]]
    const order = isEarly ? [first, others.at(-1) as object, ...others.slice(0, -1)] : all
    for (const one of [...order, ...after]) await world.respond([one])
    expect(world.changing.isRefused('foo')).toBe(true)
  })
})

describe('a user that is renamed stays the same user', () => {
  it('under a name that has an incident of somebody else: the evidence from before counts with that from after', async () => {
    const world = await start()
    const victim = { key: 'AKIAVICTIM0000000001', principalId: 'AIDAVICTIMEXAMPLE1234' }
    await world.respond(attack('ci-old', NOW - 10 * MINUTE, victim).slice(0, 2))
    const [create, grant, stop] = [...attack('ci-build', NOW).slice(0, 1), ...attack('ci-old', NOW).slice(1)] as [object, object, object]
    await world.respond([create])
    world.changing.renameUser('ci-build', 'ci-old')
    await world.respond([rename('ci-build', 'ci-old', NOW + 500)])
    for (const one of [grant, stop]) await world.respond([one])
    expect([(await world.only()).state, world.isThiefOut('ci-old')]).toEqual(['contained', true])
  })

  it('the evidence from before and after counts together', async () => {
    const world = await start()
    await world.respond(attack('ci-build', NOW).slice(0, 1))
    expect((await world.only()).state).not.toBe('contained')
    world.changing.renameUser('ci-build', 'ci-deploy')
    await world.respond(attack('ci-deploy', NOW).slice(1))
    const { state, findings, identity } = await world.only()
    expect([state, identity.name, world.isThiefOut('ci-deploy')]).toEqual(['contained', 'ci-deploy', true])
    expect(findings.map(({ detector }) => detector)).toContain('user-created')
  })

  it('whoever takes the name of a busy user does not take its habits', async () => {
    const world = await start()
    const habit = (day: number) => call('s3:ListBuckets', { id: `h${day}`, time: NOW - day * DAY, ...ADMIN })
    await world.respond(Array.from({ length: 20 }, (_, at) => habit(20 - at)))
    const baselineOf = async (name: string) =>
      (await world.ports.identities.load([arnOf(name)])).get(arnOf(name))?.state?.value.baseline.calls
    expect(await baselineOf('admin')).toBe(20)
    await world.respond([by('admin', 's3:ListBuckets', 't1', NOW)])
    expect(await baselineOf('admin')).toBe(2)
  })

  it('a user that is created under the name of another begins anew', async () => {
    const world = await start()
    await world.respond([by('ci-build', 's3:ListBuckets', 't1', NOW, { principalId: 'AIDACREATEDANEW123456' })])
    const { state } = (await world.ports.identities.load([arnOf('ci-build')])).get(arnOf('ci-build')) ?? {}
    expect([state?.value.baseline.calls, state?.value.identity.principalId]).toEqual([1, 'AIDACREATEDANEW123456'])
    // A call of the old one that is delivered late takes nothing from it.
    await world.respond([by('ci-build', 's3:ListBuckets', 't2', NOW - MINUTE)])
    const after = (await world.ports.identities.load([arnOf('ci-build')])).get(arnOf('ci-build'))?.state?.value
    expect([after?.baseline.calls, after?.identity.principalId]).toEqual([2, 'AIDACREATEDANEW123456'])
  })
})

describe('an intruder who signed in without a key gives the name to a bystander, and no event tells of it', () => {
  const console = { key: 'ASIACONSOLESESSION01' }
  async function contained() {
    const world = await start()
    await world.respond(attack('ci-build', NOW, console))
    expect([(await world.only()).state, world.changing.isRefused('ci-build')]).toEqual(['contained', true])
    world.changing.renameUser('ci-build', 'hidden')
    world.changing.createUser('ci-build', NOW + MINUTE, 'AIDABYSTANDER12345678')
    world.setNow(NOW + 10 * MINUTE)
    return world
  }

  it('the bystander is not denied, people are told, and the thief is contained by its next call', async () => {
    const world = await contained()
    const { id } = await world.only()
    await world.changing.iam.deleteUserPolicy('hidden', `CountersignQuarantine-${id}`)
    await enforce(id, world.ports)
    expect(world.changing.isRefused('ci-build')).toBe(false)
    expect((await world.only()).decision.why.join()).toContain('in IAM ci-build is another one now (AIDABYSTANDER12345678)')
    await world.respond([by('hidden', 's3:ListBuckets', 'n1', NOW + 10 * MINUTE, console)])
    await world.respond(attack('hidden', NOW + 11 * MINUTE, console))
    await enforce(id, world.ports)
    expect([(await world.only()).identity.name, world.changing.isRefused('hidden'), world.changing.isRefused('ci-build')]).toEqual([
      'hidden',
      true,
      false,
    ])
  })

  it('and from there another name, whose call is delivered first: the incident stays with the thief, and follows it', async () => {
    const world = await contained()
    world.changing.renameUser('ci-build', 'victim')
    await world.respond([rename('ci-build', 'victim', NOW + 3 * MINUTE, ADMIN)])
    expect((await world.only()).identity.name).toBe('ci-build')
    await world.respond([rename('ci-build', 'hidden', NOW + 2 * MINUTE, ADMIN)])
    expect([(await world.only()).identity.name, world.changing.isRefused('victim')]).toEqual(['hidden', false])
  })

  it('before contain runs: nothing is done to the bystander, and a person is asked', async () => {
    const world = await start({ callsContain: false })
    await world.respond(attack('ci-build', NOW, console))
    world.changing.renameUser('ci-build', 'hidden')
    world.changing.createUser('ci-build', NOW + MINUTE, 'AIDABYSTANDER12345678')
    const { id } = await world.only()
    await enforce(id, world.ports)
    expect([(await world.only()).state, world.changing.isRefused('ci-build')]).toEqual(['asking', false])
  })

  it('a role that was deleted and created again is another one, too', async () => {
    const arn = `arn:aws:iam::${ACCOUNT}:role/deploy`
    const role = (RoleId: string) => ({ RoleName: 'deploy', Arn: arn, RoleId })
    const session = (action: string, at: number) => ({
      ...call(action, {
        id: `r${at}`,
        time: NOW + at * 1000,
        request: { userName: 'backdoor', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
      }),
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/build-7`,
        accountId: ACCOUNT,
        accessKeyId: 'ASIADEPLOYSESSION001',
        sessionContext: { sessionIssuer: { type: 'Role', arn, userName: 'deploy', principalId: 'AROADEPLOYEXAMPLE1234' } },
      },
    })
    const play = async (RoleId: string) => {
      const world = await embedded({
        account: { ...oneUser(), RoleDetailList: [role(RoleId)] },
        policy: { breaker: { maxUserFraction: 1 } },
      })
      await world.respond(['iam:CreateUser', 'iam:AttachUserPolicy', 'cloudtrail:StopLogging'].map(session))
      return world.account.authorizationDetails().RoleDetailList.flatMap(({ RolePolicyList }) => RolePolicyList).length
    }
    expect(await play('AROADEPLOYEXAMPLE1234')).toBe(1)
    expect(await play('AROACREATEDANEW123456')).toBe(0)
  })
})
