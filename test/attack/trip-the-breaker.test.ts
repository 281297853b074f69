import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { review } from '../../shared/review/review.ts'
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
    expect(of.pages[0]?.body).toContain('3 containments in this hour. Until then only confirmed incidents')
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
    expect(await priorityOf(Math.floor(priority))).toEqual(['contained', priority])
  })

  it('does not reach what a person orders', async () => {
    const of = await world(SACRIFICES.slice(0, 3))
    for (const user of [...SACRIFICES.slice(0, 3), 'ci-build']) await of.respond(suspicious(user))
    const asking = (await of.incidents()).find(({ identity }) => identity.name === 'ci-build')
    await review(asking?.id ?? '', { kind: 'contain', by: arnOf('reviewer'), reason: 'it is theirs' }, of.ports)
    expect(await stateOf(of, 'ci-build')).toBe('contained')
  })

  it('with keys that AWS reports, comes to an end too, which pages people a second time, in graver words', async () => {
    const names = ['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8']
    const of = await world(names)
    for (const user of names) await of.respond([reported(user)])
    expect((await of.incidents()).filter(({ state }) => state === 'contained')).toHaveLength(6)
    expect(of.pages.map(({ title }) => title)).toEqual([expect.stringContaining('urgent incidents become questions')])
    expect(of.pages[0]?.body).toContain('Nothing more is contained by itself until then, confirmed or not.')
    await of.respond(suspicious('ci-build'))
    expect(of.pages).toHaveLength(2)
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
