import { describe, expect, it } from 'vitest'
import { whatFollows } from '../../local/commands/incidents.ts'
import { pendingOf } from '../../shared/contain/pending.ts'
import { pendingCredentials } from '../../shared/domain/lookup-progress.ts'
import type { EventHistory } from '../../shared/ports/lookup.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { messageOf } from '../../shared/slack/message.ts'
import { ATTACK, arnOf, call, KEY, NOW, oneUser } from '../embedded.ts'
import { assumes, byRole, lookedUp, roleNamed } from '../looked-up.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const account = (...roles: string[]) => ({ ...oneUser(), RoleDetailList: roles.map(roleNamed) })

/** The roles of which sessions were ended. */
const ended = (world: Awaited<ReturnType<typeof lookedUp>>) =>
  world.account
    .authorizationDetails()
    .RoleDetailList.filter(({ RolePolicyList }) => (RolePolicyList ?? []).length > 0)
    .map(({ RoleName }) => RoleName)
    .sort()

const sessionToken = (id: string, time: number, session: string) =>
  call('sts:GetSessionToken', { id, time, response: { credentials: { accessKeyId: session } } })

describe('an intruder who wants a session that outlasts the containment of the key', () => {
  it('assumes a role and then asks for six tokens, so that the window of the key forgets the first: it is looked up and ended', async () => {
    const world = await lookedUp({ account: account('deploy') })
    const before = [
      assumes('deploy', { id: 's0', time: NOW - 10 * MINUTE, session: 'ASIAROLESESSION00001' }),
      ...[1, 2, 3, 4, 5, 6].map((at) => sessionToken(`t${at}`, NOW - 9 * MINUTE + at * SECOND, `ASIATOKEN00000000000${at}`)),
    ]
    world.trail.push(...before, ...ATTACK)
    await world.respond(before)
    await world.respond(ATTACK)
    expect((await world.only()).state).toBe('contained')
    expect(ended(world)).toEqual([])
    await world.lookUpAll()
    expect(ended(world)).toEqual(['deploy'])
  })

  it('asks for a hundred tokens first, which fill the room for sessions: its own tokens take none from the sessions of roles', async () => {
    const world = await lookedUp({ account: account('prod') })
    const before = [
      ...Array.from({ length: 100 }, (_, at) => sessionToken(`t${at}`, NOW - 5 * MINUTE + at, `ASIATOKEN${String(at).padStart(11, '0')}`)),
      assumes('prod', { id: 's0', time: NOW - 2 * MINUTE, session: 'ASIAROLESESSION00001' }),
      ...Array.from({ length: 7 }, (_, at) => sessionToken(`u${at}`, NOW - MINUTE + at, `ASIATOKEN${String(500 + at).padStart(11, '0')}`)),
    ]
    world.trail.push(...before, ...ATTACK)
    for (const record of before) await world.respond([record])
    await world.respond(ATTACK)
    await world.lookUpAll()
    expect(ended(world)).toEqual(['prod'])
  })

  it('waits for seven hours between the role and the first suspicious call: a session lives for twelve', async () => {
    const world = await lookedUp({ account: account('deploy') })
    const before = [assumes('deploy', { id: 's0', time: NOW - 7 * HOUR, session: 'ASIAROLESESSION00001', seconds: 12 * 3600 })]
    world.trail.push(...before, ...ATTACK)
    await world.respond(before)
    await world.respond(ATTACK)
    expect(ended(world)).toEqual([])
    await world.lookUpAll()
    expect(ended(world)).toEqual(['deploy'])
  })

  it('has let the session expire, which differs in nothing but its duration: nothing of the role is touched', async () => {
    const world = await lookedUp({ account: account('deploy') })
    const before = [assumes('deploy', { id: 's0', time: NOW - 7 * HOUR, session: 'ASIAROLESESSION00001', seconds: 3600 })]
    world.trail.push(...before, ...ATTACK)
    await world.respond([...before, ...ATTACK])
    await world.lookUpAll()
    expect((await world.only()).state).toBe('contained')
    expect(ended(world)).toEqual([])
    // What the session issued while it lived is looked up all the same.
    expect((await world.only()).lookups?.credentials.map(({ id }) => id)).toContain('ASIAROLESESSION00001')
  })

  it('calls by five sessions more, so that the identity has no room for the window of the first: it is ended all the same', async () => {
    const world = await lookedUp({ account: account('deploy') })
    const tokens = [1, 2, 3, 4, 5].map((at) => `ASIATOKEN00000000000${at}`)
    const before = [
      assumes('deploy', { id: 's0', time: NOW - 10 * MINUTE, session: 'ASIAROLESESSION00001' }),
      ...tokens.map((key, at) => call('s3:ListBuckets', { id: `c${at}`, time: NOW - 9 * MINUTE + at * SECOND, key })),
    ]
    world.trail.push(...before, ...ATTACK)
    await world.respond(before)
    await world.respond(ATTACK)
    await world.lookUpAll()
    expect(ended(world)).toEqual(['deploy'])
  })

  it('assumes 25 roles after it was noticed, of which no event told: 25 are ended', async () => {
    const roles = Array.from({ length: 25 }, (_, at) => `app-${String(at).padStart(2, '0')}`)
    const world = await lookedUp({ account: account(...roles) })
    const after = roles.map((role, at) =>
      assumes(role, { id: `s${at}`, time: NOW + 3 * SECOND + at, session: `ASIAROLE0000000000${String(at).padStart(2, '0')}` }),
    )
    world.trail.push(...ATTACK, ...after)
    await world.respond(ATTACK)
    world.setNow(NOW + MINUTE)
    await world.lookUpAll()
    expect(ended(world)).toEqual(roles)
    expect(pendingCredentials(await world.only())).toEqual([])
  })

  it('has each of 25 sessions make a user, of which no event told: every session is looked up, and 25 users are denied', async () => {
    const numbers = Array.from({ length: 25 }, (_, at) => String(at).padStart(2, '0'))
    const users = numbers.map((at) => ({ UserName: `late-${at}`, Arn: arnOf(`late-${at}`) }))
    const world = await lookedUp({
      account: { ...account(...numbers.map((at) => `app-${at}`)), UserDetailList: [...(oneUser().UserDetailList ?? []), ...users] },
    })
    const sessions = numbers.map((at) => assumes(`app-${at}`, { id: `s${at}`, time: NOW + 3 * SECOND, session: `ASIAROLE0000000000${at}` }))
    const made = numbers.map((at) =>
      byRole(`app-${at}`, 'iam:CreateUser', {
        id: `u${at}`,
        time: NOW + 4 * SECOND,
        key: `ASIAROLE0000000000${at}`,
        request: { userName: `late-${at}` },
      }),
    )
    world.trail.push(...ATTACK, ...sessions, ...made)
    await world.respond(ATTACK)
    await world.lookUpAll()
    const free = numbers.filter((at) => !world.account.isRefused(`late-${at}`))
    expect(free).toEqual([])
  })

  it('assumes one role 25 times by 25 names: all of them are ended', async () => {
    const world = await lookedUp({ account: account('deploy') })
    const names = Array.from({ length: 25 }, (_, at) => `name-${String(at).padStart(2, '0')}`)
    const after = names.map((name, at) =>
      assumes('deploy', { id: `s${at}`, time: NOW + 3 * SECOND + at, name, session: `ASIAROLE0000000000${String(at).padStart(2, '0')}` }),
    )
    world.trail.push(...ATTACK, ...after)
    await world.respond(ATTACK)
    await world.lookUpAll()
    const policy = JSON.stringify(world.account.authorizationDetails().RoleDetailList[0]?.RolePolicyList)
    for (const name of names) expect(policy).toContain(name)
  })

  it('goes from role to role, and makes a user by the last: the whole chain is found by its calls, breadth first', async () => {
    const world = await lookedUp({
      account: {
        ...account('one', 'two'),
        UserDetailList: [...(oneUser().UserDetailList ?? []), { UserName: 'late', Arn: arnOf('late') }],
      },
    })
    const [first, second] = ['ASIAROLEONE000000001', 'ASIAROLETWO000000001']
    const chain = [
      assumes('one', { id: 's1', time: NOW - 5 * MINUTE, session: first, seconds: 43_200 }),
      {
        ...byRole('one', 'sts:AssumeRole', { id: 's2', time: NOW - 4 * MINUTE, key: first }),
        requestParameters: { roleArn: roleNamed('two').Arn, roleSessionName: 'hop' },
        responseElements: {
          credentials: { accessKeyId: second },
          assumedRoleUser: { arn: 'arn:aws:sts::123456789012:assumed-role/two/hop' },
        },
      },
      byRole('two', 'iam:CreateUser', { id: 's3', time: NOW - 3 * MINUTE, key: second, name: 'hop', request: { userName: 'late' } }),
    ]
    world.trail.push(...chain, ...ATTACK)
    // The chain is delivered, and seen, before anything speaks against the key.
    await world.respond(chain)
    await world.respond(ATTACK)
    expect(world.account.isRefused('late')).toBe(false)
    await world.lookUpAll()
    const { lineage } = (await world.incidents()).find(({ identity }) => identity.name === 'ci-build') ?? { lineage: [] }
    expect(lineage.map(({ id, parent }) => `${parent} → ${id}`)).toEqual(
      expect.arrayContaining([`${KEY} → ${first}`, `${first} → ${second}`, `${second} → user:late`]),
    )
    expect(ended(world)).toEqual(['one', 'two'])
    expect(world.account.isRefused('late')).toBe(true)
  })

  it('hides behind a user that the owner made yesterday: it is named to people, and not contained by itself', async () => {
    const world = await lookedUp({ account: account() })
    const before = [call('iam:CreateUser', { id: 'u0', time: NOW - 20 * HOUR, request: { userName: 'bystander' } })]
    world.trail.push(...before, ...ATTACK)
    await world.respond(ATTACK)
    await world.lookUpAll()
    expect(world.account.isRefused('bystander')).toBe(false)
    expect(pendingOf(await world.only()).join('\n')).toContain('user bystander was made 2026-03-01T16:00, before the first suspicious call')
  })
})

describe('an intruder who hides a session behind thousands of calls', () => {
  /** Each request takes ten seconds, so a run of half a minute reads three pages. */
  const slow = (advance: () => void) => (history: EventHistory) => ({
    ...history,
    page: async (...asked: Parameters<EventHistory['page']>) => {
      advance()
      return history.page(...asked)
    },
  })

  async function buried(calls: number) {
    let now = NOW
    const world = await lookedUp({
      account: account('deploy'),
      history: slow(() => {
        now += 10 * SECOND
        world.setNow(now)
      }),
    })
    world.trail.push(assumes('deploy', { id: 's0', time: NOW - 30 * MINUTE, session: 'ASIAROLESESSION00001' }))
    for (let at = 0; at < calls; at++) world.trail.push(call('s3:ListBuckets', { id: `n${at}`, time: NOW - 29 * MINUTE + at * SECOND }))
    world.trail.push(...ATTACK)
    await world.respond(ATTACK)
    return world
  }

  it('is told of as an incomplete lineage, on every surface, until a later run has come to the end', async () => {
    const world = await buried(1000)
    const line = 'lineage incomplete: 1 credential still to be looked up in CloudTrail'
    const incident = await world.only()
    expect(pendingOf(incident)).toContain(line)
    const changes = await world.ports.record.list(`INCIDENT#${incident.id}`)
    expect(JSON.stringify(messageOf({ incident, changes, policy: parsePolicy({ version: 2 }) }))).toContain(line)
    expect(world.notices.find(({ kind }) => kind === 'contained')?.body).toContain(line)
    const target = { ...world.ports, name: 'test' } as unknown as Parameters<typeof whatFollows>[0]
    expect(await whatFollows(target, incident.id, 'compromised')).toContain(line)
    await world.lookUpAll()
    expect(ended(world)).toEqual(['deploy'])
    expect(pendingOf(await world.only()).join('\n')).not.toContain('lineage incomplete')
    expect(await whatFollows(target, incident.id, 'compromised')).not.toContain('lineage')
    // 1,003 calls are 21 pages, of which each run reads three.
    expect(world.backfillQueue.asked.length).toBeGreaterThanOrEqual(7)
  })

  it('uses up the rate of LookupEvents: the incident says that CloudTrail could not be asked, and the sweep asks again', async () => {
    let isThrottled = true
    const throttled = (history: EventHistory): EventHistory => ({
      ...history,
      page: async (...asked) => {
        if (isThrottled) throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' })
        return history.page(...asked)
      },
    })
    const world = await lookedUp({ account: account('deploy'), history: throttled })
    world.trail.push(assumes('deploy', { id: 's0', time: NOW - 30 * MINUTE, session: 'ASIAROLESESSION00001' }), ...ATTACK)
    await world.respond(ATTACK)
    await world.lookUpAll()
    await world.sweepAt(NOW + 3 * HOUR)
    const said = pendingOf(await world.only()).join('\n')
    expect(said).toContain('the last look-up failed (ThrottlingException) and is tried again')
    expect(said).not.toContain('forged')
    expect(world.notices.filter(({ kind }) => kind === 'unknown-event')).toEqual([])
    isThrottled = false
    await world.sweepAt(NOW + 3 * HOUR + 5 * MINUTE)
    expect(pendingOf(await world.only()).join('\n')).not.toContain('look-up failed')
  })
})
