import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { review } from '../../shared/review/review.ts'
import { changingAccount } from '../changing-account.ts'
import { ACCOUNT, arnOf, call, exposed, KEY, NOW, oneUser } from '../embedded.ts'
import { delivered, deployed } from './stack.ts'

const SACRIFICES = ['s1', 's2', 's3', 's4', 's5'] as const
const keyOf = (user: string) => (user === 'ci-build' ? KEY : `AKIA${user.toUpperCase().padStart(16, '0')}`)

/** A small account: its breaker lets three be contained in an hour. */
const accountWith = (names: readonly string[]) => ({
  ...oneUser(),
  UserDetailList: [...names, 'ci-build'].map((UserName) => ({ UserName, Arn: arnOf(UserName) })),
  AccessKeys: [...names, 'ci-build'].map((UserName) => ({ UserName, AccessKeyId: keyOf(UserName), Status: 'Active' as const })),
})

/** What an identity has to do to be contained for it. Calls that failed sign-in would not count: these carry its own key. */
const suspicious = (user: string) =>
  ['cloudtrail:StopLogging', 'cloudtrail:DeleteTrail', 'guardduty:DeleteDetector', 'iam:CreateUser'].map((action, n) =>
    delivered(call(action, { id: `${user}-${n}`, time: NOW + n * 1000, user, key: keyOf(user), request: { userName: 'x', name: 'x' } })),
  )

const world = (names: readonly string[], parts: Parameters<typeof deployed>[0] = {}) => deployed({ account: accountWith(names), ...parts })
type World = Awaited<ReturnType<typeof world>>

const reported = (user: string) => ({ ...exposed(keyOf(user), user), account: ACCOUNT })

async function stateOf(of: World, user: string): Promise<string | undefined> {
  return (await of.incidents()).find(({ identity }) => identity.name === user)?.state
}

describe('an intruder uses the breaker up, so that the next credential is not contained', () => {
  it('with users that do not exist, takes no place: the stolen key is contained after them', async () => {
    const of = await world([])
    for (const user of SACRIFICES) await of.respond(suspicious(user))
    for (const user of SACRIFICES) expect(await stateOf(of, user), user).toBe('asking')
    await of.respond(suspicious('ci-build'))
    expect(await stateOf(of, 'ci-build')).toBe('contained')
    expect(of.account.isRefused('ci-build', KEY)).toBe(true)
    expect(of.pages).toEqual([])
  })

  it('with users that exist, three are contained, the rest is asked about, and people are paged once', async () => {
    const of = await world(SACRIFICES)
    for (const user of SACRIFICES) await of.respond(suspicious(user))
    expect(await Promise.all(SACRIFICES.map((user) => stateOf(of, user)))).toEqual([
      ...Array<string>(3).fill('contained'),
      ...Array<string>(2).fill('asking'),
    ])
    await of.respond(suspicious('ci-build'))
    expect(await stateOf(of, 'ci-build')).toBe('asking')
    expect(of.account.isRefused('ci-build', KEY)).toBe(false)
    expect(of.pages.map(({ kind, priority }) => [kind, priority])).toEqual([['breaker', 100]])
    expect(of.pages[0]?.title).toBe('The breaker has tripped: incidents become questions until 2026-03-02T13:00:00.000Z')
    expect(of.pages[0]?.body).toContain('3 containments in this hour. Until then only confirmed incidents, ordered ones and')
    // The next hour has a page of its own.
    of.setNow(NOW + 3_600_000)
    for (const user of SACRIFICES) {
      const [incident] = (await of.incidents()).filter(({ identity, state }) => identity.name === user && state === 'asking')
      if (incident !== undefined) await review(incident.id, { kind: 'contain', by: arnOf('reviewer'), reason: 'it is theirs' }, of.ports)
    }
    expect(of.account.isRefused('s5', keyOf('s5'))).toBe(true)
    expect(of.pages).toHaveLength(1)
  })

  it('does not reach what AWS confirms: that has places of its own', async () => {
    const of = await world(SACRIFICES.slice(0, 3))
    for (const user of SACRIFICES.slice(0, 3)) await of.respond(suspicious(user))
    await of.respond([reported('ci-build')])
    expect(await stateOf(of, 'ci-build')).toBe('contained')
    const off = await world(SACRIFICES.slice(0, 3), { policy: { breaker: { urgentPerHour: 0 } } })
    for (const user of SACRIFICES.slice(0, 3)) await off.respond(suspicious(user))
    await off.respond([reported('ci-build')])
    expect(await stateOf(off, 'ci-build')).toBe('asking')
  })

  it('with canaries that it makes and uses, takes ordinary places alone: what AWS confirms and what is urgent is contained after them', async () => {
    const names = ['decoy-1', 'decoy-2', 'decoy-3', 'decoy-4']
    const of = await world(names, { policy: { canaries: { users: [arnOf('decoy-*')] } } })
    const used = (user: string) => delivered(call('s3:ListBuckets', { id: user, time: NOW, user, key: keyOf(user), error: 'AccessDenied' }))
    for (const user of names) await of.respond([used(user)])
    expect(await Promise.all(names.map((user) => stateOf(of, user)))).toEqual(['contained', 'contained', 'contained', 'asking'])
    await of.respond([reported('ci-build')])
    expect(await stateOf(of, 'ci-build')).toBe('contained')
  })

  it('does not reach incidents of the highest priority either', async () => {
    const priorityOf = async (urgentPriority: number) => {
      const of = await world(SACRIFICES.slice(0, 3), { policy: { breaker: { urgentPriority } } })
      // The sacrifices are as grave, and use up the urgent places and the ordinary ones.
      for (const user of SACRIFICES.slice(0, 3)) await of.respond(suspicious(user))
      await of.respond(suspicious('ci-build'))
      return [await stateOf(of, 'ci-build'), (await of.incidents()).find(({ identity }) => identity.name === 'ci-build')?.priority] as const
    }
    const [state, priority = 0] = await priorityOf(100)
    expect(state).toBe('asking')
    // These policies are of version 2, which says 60 for 90, and 66 for 92.
    expect(priority).toBeGreaterThan(90)
    expect(priority).toBeLessThan(92)
    expect(await priorityOf(66)).toEqual(['asking', priority])
    expect(await priorityOf(60)).toEqual(['contained', priority])
  })

  it('does not reach what is critical: with the same evidence it comes first, however late it came', async () => {
    const late = async (environment: string) => {
      const account = accountWith(SACRIFICES.slice(0, 3))
      const tags = [{ Key: 'environment', Value: environment }]
      const UserDetailList = account.UserDetailList.map((user) => ({ ...user, Tags: user.UserName === 'ci-build' ? tags : [] }))
      // This policy is of version 2, which says 66 for 92.
      const of = await world([], { account: { ...account, UserDetailList }, policy: { breaker: { urgentPriority: 66 } } })
      for (const user of [...SACRIFICES.slice(0, 3), 'ci-build']) await of.respond(suspicious(user))
      const [first] = await of.ports.incidents.listOpen(1)
      return {
        state: await stateOf(of, 'ci-build'),
        first: first?.identity.name,
        risks: (await of.incidents()).map((one) => one.assessment.risk),
      }
    }
    const [production, test] = [await late('production'), await late('test')]
    expect(new Set([...production.risks, ...test.risks]).size).toBe(1)
    expect(production).toMatchObject({ state: 'contained', first: 'ci-build' })
    expect(test.state).toBe('asking')
  })

  it('does not reach what a person orders', async () => {
    const of = await world(SACRIFICES.slice(0, 3))
    for (const user of [...SACRIFICES.slice(0, 3), 'ci-build']) await of.respond(suspicious(user))
    const asking = (await of.incidents()).find(({ identity }) => identity.name === 'ci-build')
    await review(asking?.id ?? '', { kind: 'contain', by: arnOf('reviewer'), reason: 'it is theirs' }, of.ports)
    expect(await stateOf(of, 'ci-build')).toBe('contained')
  })

  it('with keys that AWS reports, comes to an end too, which pages people a second time, in graver words', async () => {
    const names = ['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8', 'k9', 'k10', 'k11']
    const of = await world(names)
    for (const user of names) await of.respond([reported(user)])
    expect((await of.incidents()).filter(({ state }) => state === 'contained')).toHaveLength(9)
    expect(of.pages.map(({ title }) => title)).toEqual([expect.stringContaining('confirmed incidents become questions')])
    expect(of.pages[0]?.body).toContain('3 containments in this hour, and 3 urgent ones and 3 confirmed ones.')
    expect(of.pages[0]?.body).toContain(
      'Nothing more is contained by itself until then, confirmed or not. A person may order 3 containments.',
    )
    await of.respond(suspicious('ci-build'))
    expect(of.pages).toHaveLength(2)
    // What a person orders has its places all the same.
    const asking = (await of.incidents()).find(({ identity }) => identity.name === 'ci-build')
    await review(asking?.id ?? '', { kind: 'contain', by: arnOf('reviewer'), reason: 'it is theirs' }, of.ports)
    expect(await stateOf(of, 'ci-build')).toBe('contained')
  })

  it('by orders of its own, which come to an end as well, and page', async () => {
    const names = [...SACRIFICES, 't1', 't2', 't3', 't4', 't5', 't6']
    const of = await world(names, { policy: { mode: 'ask' } })
    for (const user of names) await of.respond(suspicious(user))
    for (const { id } of await of.incidents())
      await review(id, { kind: 'contain', by: arnOf('reviewer'), reason: 'it is theirs' }, of.ports)
    expect((await of.incidents()).filter(({ state }) => state === 'contained')).toHaveLength(9)
    expect(of.pages.map(({ title, body }) => [title, body.split('\n')[0]])).toEqual([
      [
        'The breaker has tripped: what people order is not contained until 2026-03-02T13:00:00.000Z',
        '3 containments in this hour, and 3 urgent ones and 3 ordered ones. Nothing that a person orders is contained until then. Raise the limit with `policy apply`, or contain by hand.',
      ],
    ])
  })
})

describe('an intruder whose incidents grow graver after they were contained', () => {
  const GROWING = ['cloudtrail:StopLogging', 'iam:CreateUser', 'cloudtrail:DeleteTrail', 'guardduty:DeleteDetector']
  const admin = (userName: string) => ({ userName, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' })

  /** Three identities are contained for what they did, and then each has made an administrator, which makes it urgent. */
  async function grown(breaker: object = {}) {
    const users = SACRIFICES.slice(0, 3)
    const changing = changingAccount(accountWith(users))
    const of = await deployed({ iam: () => changing.iam, policy: { breaker } })
    of.setNow(NOW + 60_000)
    const by = (user: string, action: string, parts: { id: string; time: number; request: object }) =>
      delivered(call(action, { user, key: keyOf(user), ...parts, id: `${user}-${parts.id}` }))
    for (const user of users)
      await of.respond(
        GROWING.map((action, n) => by(user, action, { id: `${n}`, time: NOW + n * 1000, request: { name: 'x', userName: 'x' } })),
      )
    const before = await of.incidents()
    for (const user of users) {
      const made = `made-${user}`
      changing.createUser(made, NOW + 5000)
      await of.respond([by(user, 'iam:AttachUserPolicy', { id: 'b', time: NOW + 4500, request: admin('x') })])
      await of.respond([
        by(user, 'iam:CreateUser', { id: 'c', time: NOW + 5000, request: { userName: made } }),
        by(user, 'iam:AttachUserPolicy', { id: 'd', time: NOW + 5500, request: admin(made) }),
      ])
    }
    return { of, changing, before, users }
  }

  it('takes no second place by each: what AWS reports after them is contained', async () => {
    const { of, changing, before, users } = await grown()
    expect(before.map(({ state, priority }) => [state, priority < 95])).toEqual(Array(3).fill(['contained', true]))
    const after = (await of.incidents()).filter(({ identity }) => (users as readonly string[]).includes(identity.name))
    expect(after.map(({ state, priority }) => [state, priority >= 95])).toEqual(Array(3).fill(['contained', true]))
    for (const user of users) expect(changing.isRefused(`made-${user}`), user).toBe(true)
    await of.respond([reported('ci-build')])
    expect(await stateOf(of, 'ci-build')).toBe('contained')
    expect(changing.isRefused('ci-build', KEY)).toBe(true)
    expect(of.pages).toEqual([])
  })

  it('leaves the urgent places to others, which are as grave from the first call on', async () => {
    const { of } = await grown()
    const places = await Promise.all(
      [1, 2, 3, 4].map((n) => of.ports.breaker.reserve({ hour: Math.floor(NOW / 3_600_000), kind: 'urgent' }, `other-${n}`, 3)),
    )
    expect(places).toEqual([true, true, true, false])
  })
})

describe('a run of contain that breaks off', () => {
  it('keeps the place that it had reserved, and takes no second one', async () => {
    const of = await world(SACRIFICES.slice(0, 2), {
      callsContain: false,
      policy: { breaker: { containmentsPerHour: 1, urgentPerHour: 0 } },
    })
    await of.respond(suspicious('ci-build'))
    await of.respond(suspicious('s1'))
    const idOf = async (user: string) => (await of.incidents()).find(({ identity }) => identity.name === user)?.id ?? ''
    const breaker: typeof of.ports.breaker = {
      ...of.ports.breaker,
      async reserve(...asked) {
        await of.ports.breaker.reserve(...asked)
        throw new Error('killed')
      },
    }
    await expect(enforce(await idOf('ci-build'), { ...of.ports, breaker })).rejects.toThrow('killed')
    expect(of.account.isRefused('ci-build', KEY)).toBe(false)
    await enforce(await idOf('s1'), of.ports)
    await enforce(await idOf('ci-build'), of.ports)
    expect([await stateOf(of, 's1'), await stateOf(of, 'ci-build')]).toEqual(['asking', 'contained'])
  })

  it('pages again where the page failed, and another incident does not page meanwhile', async () => {
    const of = await world(SACRIFICES.slice(0, 3), {
      callsContain: false,
      policy: { breaker: { containmentsPerHour: 1, urgentPerHour: 0 } },
    })
    for (const user of SACRIFICES.slice(0, 3)) await of.respond(suspicious(user))
    const [first, second, third] = (await of.incidents()).map(({ id }) => id) as [string, string, string]
    await enforce(first, of.ports)
    const pager = { notify: () => Promise.reject(new Error('no topic')) }
    await expect(enforce(second, { ...of.ports, pager })).rejects.toThrow('no topic')
    await enforce(third, of.ports)
    expect(of.pages).toEqual([])
    await enforce(second, of.ports)
    expect(of.pages.map(({ incidentId }) => incidentId)).toEqual([second])
    expect((await of.incidents()).map(({ state }) => state).sort()).toEqual(['asking', 'asking', 'contained'])
  })
})
