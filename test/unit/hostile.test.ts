import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { revocationIn } from '../../shared/contain/steps/quarantine.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import type { Notifier } from '../../shared/ports/notices.ts'
import { breakGlass, endOverride } from '../../shared/review/override.ts'
import { review } from '../../shared/review/review.ts'
import { ACCOUNT, ATTACK, arnOf, call, embedded, exposed, KEY, NOW, oneUser } from '../embedded.ts'

/** What an intruder, a crash or an operator could do to a containment, each once found and since held. */

const LEGITIMATE = { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' } as const
const COMPROMISED = { kind: 'compromised', by: arnOf('reviewer'), reason: 'it was' } as const
const denied = () => Promise.reject(Object.assign(new Error('no'), { name: 'AccessDenied' }))

const asRole = (name: string, session: string, key: string) => ({
  userIdentity: {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/${session}`,
    accountId: ACCOUNT,
    accessKeyId: key,
    sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/${name}`, userName: name } },
  },
})

const withRoles = (...names: string[]) => ({
  ...oneUser(),
  RoleDetailList: names.map((RoleName) => ({ RoleName, Arn: `arn:aws:iam::${ACCOUNT}:role/${RoleName}` })),
})

const takesOn = (role: string, session: string, id: string) =>
  call('sts:AssumeRole', {
    id,
    time: NOW - 5000,
    response: {
      credentials: { accessKeyId: `ASIA${session.toUpperCase().padEnd(16, '0')}` },
      assumedRoleUser: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}` },
    },
  })

describe('the sweep', () => {
  it('lets go of a key and a user that were deleted, and does not multiply', async () => {
    const world = await embedded()
    await world.respond([exposed()])
    const [incident] = await world.incidents()
    const id = incident?.id ?? ''
    const gone = {
      ...world.ports,
      iam: {
        ...world.account,
        listAccessKeys: async () => [],
        getUserPolicy: async () => undefined,
        putUserPolicy: async () => 'no-such-identity' as const,
      },
    }
    const told = world.notices.length
    for (let turn = 1; turn <= 20; turn++) {
      world.setNow(NOW + turn * 60_000)
      await enforce(id, gone)
    }
    expect(world.ports.reverifyQueue.asked).toHaveLength(3)
    expect(world.notices.length - told).toBeLessThanOrEqual(1)
    await review(id, LEGITIMATE, { ...gone, containInvoker: { contain: (one) => enforce(one, gone) } })
    expect((await world.incidents())[0]?.state).toBe('released')
  })

  it('says once what it cannot set right, however often it looks', async () => {
    const world = await embedded()
    await world.respond([exposed()])
    const [incident] = await world.incidents()
    await world.account.setAccessKeyStatus('ci-build', KEY, 'Active')
    const refused = { ...world.ports, iam: { ...world.account, setAccessKeyStatus: denied } }
    const told = world.notices.length
    for (let turn = 1; turn <= 10; turn++) {
      world.setNow(NOW + turn * 60_000)
      await enforce(incident?.id ?? '', refused)
    }
    expect(world.notices.length - told).toBe(1)
    expect(world.ports.reverifyQueue.asked).toHaveLength(3)
  })
})

describe('a lineage', () => {
  it('cannot hold off the containment of its maker by leading to what may not even be read', async () => {
    const foreign = (name: string) => name.startsWith('cdk-')
    const iam = (inner: Iam): Iam => ({
      ...inner,
      describe: (one) => (foreign(one.name) ? denied() : inner.describe(one)),
      getRolePolicy: (role, policy) => (foreign(role) ? denied() : inner.getRolePolicy(role, policy)),
    })
    const world = await embedded({ account: withRoles('cdk-hnb659fds-deploy-role'), iam })
    await world.respond([takesOn('cdk-hnb659fds-deploy-role', 'mine', 's'), ...ATTACK, exposed()])
    expect((await world.incidents())[0]?.state).toBe('contained')
    expect(world.account.isRefused('ci-build', KEY)).toBe(true)
  })

  it('does not reach roles of a tier that does not contain, however many sessions are taken on', async () => {
    const policy = { tiers: [{ name: 'prod', match: { arns: ['arn:aws:iam::*:role/prod'] }, mode: 'observe' }] }
    const world = await embedded({ account: withRoles('prod'), policy })
    await world.respond([...['a1', 'b2', 'c3', 'd4', 'e5'].map((name) => takesOn('prod', name, `s-${name}`)), exposed()])
    expect(world.account.authorizationDetails().RoleDetailList[0]?.RolePolicyList).toEqual([])
    const [incident] = await world.incidents()
    expect(incident?.state).toBe('contained')
    expect(incident?.decision.why.join()).toContain('mode observe of tier prod does not contain')
  })

  it('ends taken-on sessions by their names only, never the whole role', async () => {
    const world = await embedded({ account: withRoles('shared') })
    await world.respond([...['a1', 'b2', 'c3', 'd4', 'e5'].map((name) => takesOn('shared', name, `s-${name}`)), exposed()])
    const [policy] = world.account.authorizationDetails().RoleDetailList[0]?.RolePolicyList ?? []
    expect(revocationIn(String(policy?.PolicyDocument))?.names).toEqual(['a1', 'b2', 'c3', 'd4', 'e5'])
  })

  it('does not shield the user for whom a key was made: what that one does itself is its own incident', async () => {
    const world = await embedded()
    const made = call('iam:CreateAccessKey', {
      id: 'm',
      time: NOW - 9000,
      request: { userName: 'bystander' },
      response: { accessKey: { userName: 'bystander', accessKeyId: 'AKIAMADE000000000001' } },
    })
    await world.respond([made, exposed()])
    const own = ATTACK.map((record, at) => ({
      ...record,
      eventID: `own-${at}`,
      userIdentity: {
        type: 'IAMUser',
        arn: arnOf('bystander'),
        accountId: ACCOUNT,
        userName: 'bystander',
        accessKeyId: 'AKIABYSTANDER0000001',
      },
    }))
    await world.respond(own)
    expect((await world.incidents()).map(({ identity, state }) => [identity.name, state])).toEqual([
      ['ci-build', 'contained'],
      ['bystander', 'contained'],
    ])
    expect(world.account.isRefused('bystander', 'AKIABYSTANDER0000001')).toBe(true)
  })
})

describe('a role', () => {
  it('keeps the sessions of others, whatever weak thing is found of them', async () => {
    const world = await embedded({ account: withRoles('app') })
    const attack = ATTACK.map((record, at) => ({ ...record, eventID: `r${at}`, ...asRole('app', 'mallory', 'ASIAMALLORY000000001') }))
    await world.respond(attack)
    const good = call('ses:GetSendQuota', { id: 'g', time: NOW + 60_000 })
    await world.respond([{ ...good, ...asRole('app', 'good-1', 'ASIAGOOD000000000001') }])
    const [policy] = world.account.authorizationDetails().RoleDetailList[0]?.RolePolicyList ?? []
    expect(revocationIn(String(policy?.PolicyDocument))?.names).toEqual(['mallory'])
    const [incident] = await world.incidents()
    expect(incident?.credentials.map(({ sessionName, isPrimary }) => [sessionName, isPrimary])).toContainEqual(['good-1', false])
  })

  it('is ended whole where one intruder takes one session name after the other', async () => {
    const world = await embedded({ account: withRoles('app') })
    for (const [turn, name] of ['m1', 'm2', 'm3', 'm4'].entries()) {
      const attack = ATTACK.map((record, at) => ({
        ...record,
        eventID: `r${turn}-${at}`,
        eventTime: new Date(NOW + turn * 60_000 + at).toISOString(),
        ...asRole('app', name, `ASIA${name.toUpperCase().padEnd(16, '0')}`),
      }))
      world.setNow(NOW + turn * 60_000 + 1000)
      await world.respond(attack)
    }
    const [policy] = world.account.authorizationDetails().RoleDetailList[0]?.RolePolicyList ?? []
    expect(revocationIn(String(policy?.PolicyDocument))).toEqual({ issuedBefore: NOW + 3 * 60_000 + 1000, names: [] })
  })
})

describe('an identity of another account', () => {
  it('is never taken for one of the same name here', async () => {
    const world = await embedded()
    const foreign = ATTACK.map((record) => ({
      ...record,
      recipientAccountId: '999999999999',
      userIdentity: {
        type: 'IAMUser',
        arn: 'arn:aws:iam::999999999999:user/bystander',
        accountId: '999999999999',
        userName: 'bystander',
        accessKeyId: 'AKIAFOREIGN000000001',
      },
    }))
    await world.respond(foreign)
    const [incident] = await world.incidents()
    expect(incident?.state).toBe('asking')
    expect(incident?.decision.why.join()).toContain('of account 999999999999')
    expect(world.account.isRefused('bystander', 'AKIABYSTANDER0000001')).toBe(false)
  })
})

describe('an exposure', () => {
  const keys = (at: number) => `AKIAROTATED000000${String(at).padStart(3, '0')}`
  const account = () => ({
    ...oneUser(),
    AccessKeys: Array.from({ length: 6 }, (_, at) => ({ UserName: 'ci-build', AccessKeyId: keys(at), Status: 'Active' as const })),
  })

  it('is contained again each time, after any number of incidents that people closed', async () => {
    const world = await embedded({ account: account() })
    for (let turn = 0; turn < 5; turn++) {
      // An hour apart, or the breaker would ask.
      world.setNow(NOW + turn * 3_600_000)
      await world.respond([exposed(keys(turn), `x${turn}`, NOW + turn * 3_600_000)])
      const open = (await world.incidents()).filter(({ state }) => state === 'contained')
      expect(open).toHaveLength(1)
      expect(world.account.isRefused('ci-build', keys(turn))).toBe(true)
      await review(open[0]?.id ?? '', COMPROMISED, world.ports)
    }
    expect(await world.incidents()).toHaveLength(5)
  })

  it('of another key is not covered by the release of the first', async () => {
    const world = await embedded({ account: account() })
    await world.respond([exposed(keys(0), 'x0')])
    const [first] = await world.incidents()
    world.setNow(NOW + 1000)
    await review(first?.id ?? '', LEGITIMATE, { ...world.ports, containInvoker: { contain: (id) => enforce(id, world.ports) } })
    await world.respond([exposed(keys(0), 'x0', NOW + 60_000)])
    expect(world.account.isRefused('ci-build', keys(0))).toBe(false)
    await world.respond([exposed(keys(1), 'x2', NOW + 120_000)])
    expect(world.account.isRefused('ci-build', keys(1))).toBe(true)
  })
})

describe('a notice', () => {
  const flaky = (notifier: Notifier, failures: number): Notifier => ({
    async notify(notice) {
      failures -= 1
      if (failures >= 0) throw new Error('throttled')
      return notifier.notify(notice)
    },
  })

  it('that fails is made good at the next delivery', async () => {
    const world = await embedded({ policy: { mode: 'ask' } })
    const run = pipeline({ ...world.ports, notifier: flaky(world.ports.notifier, 1) })
    const first = await run(ATTACK.slice(0, 1))
    expect(first.failed.size).toBe(1)
    expect(world.notices).toEqual([])
    await run(ATTACK.slice(0, 1))
    expect(world.notices.length).toBe(1)
    await run(ATTACK.slice(0, 1))
    expect(world.notices.length).toBe(1)
  })

  it('of a containment that fails is made good by the sweep, which was asked for first', async () => {
    const world = await embedded({ callsContain: false })
    await world.respond([exposed()])
    const [incident] = await world.incidents()
    const ports = { ...world.ports, notifier: flaky(world.ports.notifier, 1) }
    await expect(enforce(incident?.id ?? '', ports)).rejects.toThrow()
    expect(world.ports.reverifyQueue.asked).toHaveLength(3)
    await enforce(incident?.id ?? '', ports)
    expect(world.notices.map(({ kind }) => kind)).toEqual(['contained'])
  })
})

describe('a reversal that cannot be looked into', () => {
  it('has its own call delivered again, and no other', async () => {
    const world = await embedded()
    const iam = { ...world.ports.iam, describe: denied }
    const undo = call('iam:DeleteUserPolicy', {
      id: 'u',
      user: 'bystander',
      key: 'AKIABYSTANDER0000001',
      request: { userName: 'ci-build' },
    })
    const { failed } = await pipeline({ ...world.ports, iam })([undo, call('s3:ListBuckets', { id: 'other' })])
    expect([...failed.keys()]).toEqual([0])
  })
})

describe('a release', () => {
  it('is possible while containment is under way, such as where it cannot finish', async () => {
    const world = await embedded({ callsContain: false })
    await world.respond([exposed()])
    const [incident] = await world.incidents()
    expect(incident?.state).toBe('containing')
    await review(incident?.id ?? '', LEGITIMATE, { ...world.ports, containInvoker: { contain: (id) => enforce(id, world.ports) } })
    expect((await world.incidents())[0]?.state).toBe('released')
  })
})

describe('protection', () => {
  it('cannot be had by a path or a name of the intruder’s choice', async () => {
    const { boundsFor } = await import('../../shared/domain/bounds.ts')
    const { parsePolicy } = await import('../../shared/record/policy-in-force.ts')
    const policy = parsePolicy({ version: 2, mode: 'contain' })
    expect(boundsFor(policy, `arn:aws:iam::${ACCOUNT}:user/:role/cdk-/evil`, {}, NOW).protection).toBeUndefined()
    const deploys = `arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-us-east-1`
    const about = { ownRoles: new Set([deploys]) }
    expect(boundsFor(policy, deploys, {}, NOW, about).protection).toContain('never contained')
    expect(boundsFor(policy, deploys, {}, NOW).protection).toBeUndefined()
    for (const name of ['Countersign-x', 'cdk-evil', `cdk-evil-role-${ACCOUNT}-us-east-1`, 'cdk-hnb659fds-deploy-role'])
      expect(boundsFor(policy, `arn:aws:iam::${ACCOUNT}:role/${name}`, {}, NOW, about).protection, name).toBeUndefined()
    expect(boundsFor(policy, `arn:aws:iam::${ACCOUNT}:role/aws-service-role/x/AWSServiceRoleForX`, {}, NOW).protection).toContain(
      'service-linked',
    )
  })
})

describe('a flood on one identity', () => {
  const flood = (from: number) =>
    Array.from({ length: 300 }, (_, at) =>
      call('sts:GetCallerIdentity', { id: `f${from + at}`, time: NOW + 60_000 + at * 10, from: '198.51.100.7' }),
    )

  it('does not make what came before it forgotten', async () => {
    const away = ATTACK.map((record) => ({ ...record, sourceIPAddress: '198.51.100.7' }))
    const world = await embedded()
    await world.respond([...flood(0), ...flood(300)])
    // The slower queue brings what happened first.
    await world.respond(away)
    expect((await world.incidents())[0]?.state).toBe('contained')
  })

  it('is worked on again at once where another batch was first', async () => {
    const world = await embedded()
    const [one, other] = await Promise.all([world.respond(flood(0).slice(0, 20)), world.respond(flood(300).slice(0, 20))])
    expect([one.failed.size, other.failed.size]).toEqual([0, 0])
    const state = (await world.ports.identities.load([arnOf('ci-build')])).get(arnOf('ci-build'))?.state
    expect(state?.value.seen.size).toBe(40)
  })
})

describe('an override', () => {
  const policy = {
    tiers: [{ name: 'ci', match: { arns: ['arn:aws:iam::*:user/ci-*'] }, mode: 'contain' }],
    protected: { arns: ['*:user/bystander'] },
  }
  const by = arnOf('oncall')

  it('stands in the place of every tier for its time, is told, and ends by itself', async () => {
    const world = await embedded({ policy })
    const ports = { ...world.ports, notifier: world.ports.notifier }
    const until = await breakGlass({ mode: 'observe', minutes: 60, by, reason: 'a migration' }, ports)
    expect(until).toBe(new Date(NOW + 3_600_000).toISOString())
    expect(world.notices.at(-1)).toMatchObject({ kind: 'override', priority: 100, body: expect.stringContaining('a migration') })
    await world.respond([exposed()])
    expect((await world.incidents())[0]).toMatchObject({ state: 'watching', decision: { action: 'observe', would: 'contain' } })
    world.setNow(NOW + 3_600_001)
    await pipeline(world.ports)([exposed(KEY, 'later', NOW + 3_600_001)])
    expect((await world.incidents())[0]?.state).toBe('contained')
    expect((await world.ports.record.last('POLICY'))?.why).toContain('a migration')
  })

  it('can have everything contained, and still nothing that is protected', async () => {
    const world = await embedded({ policy: { ...policy, tiers: [], mode: 'observe' } })
    await breakGlass({ mode: 'contain', minutes: 5, by, reason: 'under attack' }, world.ports)
    await pipeline(world.ports)([exposed(), exposed('AKIABYSTANDER0000001', 'b')])
    expect((await world.incidents()).map(({ identity, state }) => [identity.name, state])).toEqual([
      ['ci-build', 'contained'],
      ['bystander', 'asking'],
    ])
  })

  it('is ended before its time, and refused without a reason, too long, or where there is none', async () => {
    const world = await embedded({ policy })
    await expect(breakGlass({ mode: 'ask', minutes: 5, by, reason: ' ' }, world.ports)).rejects.toThrow('needs a reason')
    await expect(breakGlass({ mode: 'ask', minutes: 1441, by, reason: 'x' }, world.ports)).rejects.toThrow('1 to 1440')
    await expect(endOverride({ by, reason: 'x' }, world.ports)).rejects.toThrow('no override')
    await breakGlass({ mode: 'ask', minutes: 5, by, reason: 'x' }, world.ports)
    await endOverride({ by, reason: 'done' }, world.ports)
    await pipeline(world.ports)([exposed()])
    expect((await world.incidents())[0]?.state).toBe('contained')
  })
})
