import { describe, expect, it } from 'vitest'
import { pipeline } from '../../shared/pipeline.ts'
import { arnOf, call, embedded, NOW } from '../embedded.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const HOME = '192.0.2.10'
const NEW_OFFICE = '198.51.100.7'
const NEXT_OFFICE = '203.0.113.9'
const RENTED = '203.0.113.200'
const USERS = ['anna', 'bert', 'cleo', 'dora', 'emil', 'fred']
const keyOf = (user: string) => `AKIA${user.toUpperCase()}000000000001`.slice(0, 20)

const networks: Readonly<Record<string, { readonly country: string; readonly network: { asn: number; organisation: string } }>> = {
  [HOME]: { country: 'US', network: { asn: 64_496, organisation: 'Example Access' } },
  [NEW_OFFICE]: { country: 'US', network: { asn: 64_497, organisation: 'Example Fibre' } },
  [NEXT_OFFICE]: { country: 'RO', network: { asn: 64_498, organisation: 'Example Elsewhere' } },
  [RENTED]: { country: 'US', network: { asn: 64_499, organisation: 'Example Hosting' } },
}

function account(users: readonly string[]) {
  const UserDetailList = users.map((UserName) => ({
    UserName,
    Arn: arnOf(UserName),
    Path: '/',
    UserPolicyList: [],
    AttachedManagedPolicies: [],
    GroupList: [],
    Tags: [],
  }))
  return { UserDetailList, AccessKeys: users.map((UserName) => ({ UserName, AccessKeyId: keyOf(UserName), Status: 'Active' })) }
}

let made = 0
const from = (user: string, address: string, time: number, parts: Partial<Parameters<typeof call>[1]> & { action?: string } = {}) =>
  call(parts.action ?? 's3:ListBuckets', { id: `move-${++made}`, user, key: keyOf(user), from: address, time, ...parts })

/** Users who worked at nine and from noon to five for ten days, from home, in an account so large that the breaker has room for all. */
async function office(users = USERS) {
  const world = await embedded({
    account: account([...users, ...Array.from({ length: 60 }, (_, at) => `other-${at}`)]),
    policy: { version: 3, mode: 'contain', evidence: {} },
  })
  const geoIp = { locate: (address: string) => networks[address] ?? { country: undefined, network: undefined } }
  const respond = pipeline({ ...world.ports, geoIp })
  const days = Array.from({ length: 10 }, (_, day) => NOW - (10 - day) * DAY)
  const past = days.flatMap((noon) => [-3, 0, 1, 2, 3, 4].map((hours) => noon + hours * HOUR + 5 * MINUTE))
  await respond(past.flatMap((time) => users.map((user) => from(user, HOME, time))))
  const stateOf = async (user: string) => {
    const own = (await world.incidents()).filter(({ identity }) => identity.name === user)
    return own.map(({ state }) => state).join(' ')
  }
  const statesOf = async (some = users) => Object.fromEntries(await Promise.all(some.map(async (user) => [user, await stateOf(user)])))
  const move = async (some: readonly string[], address = NEW_OFFICE, start = NOW, parts: Parameters<typeof from>[3] = {}) => {
    for (const [at, user] of some.entries()) {
      world.setNow(start + at * 20 * MINUTE)
      await respond([from(user, address, start + at * 20 * MINUTE, parts)])
    }
  }
  return { ...world, respond, move, stateOf, statesOf }
}

const [ONE, TWO, THREE, FOUR, FIVE] = USERS as [string, string, string, string, string]
const MOVED = USERS.slice(0, 4)

describe('identities that move to one new network together', () => {
  it('restricts the first three, who may be one intruder, and asks about each one after them', async () => {
    const world = await office()
    await world.move(USERS)
    expect(await world.statesOf()).toEqual({
      anna: 'restricted',
      bert: 'restricted',
      cleo: 'restricted',
      dora: 'asking',
      emil: 'asking',
      fred: 'asking',
    })
    const [asked] = (await world.incidents()).filter(({ identity }) => identity.name === FIVE)
    expect(asked?.decision).toMatchObject({ action: 'ask', would: 'ask' })
    expect(asked?.decision.why[0]).toBe(
      'asked, not restricted: 4 others came to 198.51.100.0/24 (AS64497 Example Fibre) within a day and left their usual networks: anna, bert, cleo and 1 more',
    )
    expect(world.notices.filter(({ kind }) => kind === 'ask')).toHaveLength(3)
  })

  it('asks about a fourth that comes an hour later, which the cases below differ from', async () => {
    const world = await office()
    await world.move([ONE, TWO, THREE])
    await world.move([FOUR], NEW_OFFICE, NOW + HOUR)
    expect(await world.stateOf(FOUR)).toBe('asking')
  })

  it('goes on asking while they work there, and learns the place', async () => {
    const world = await office()
    await world.move(USERS)
    await world.move([FOUR, FOUR, FOUR], NEW_OFFICE, NOW + 3 * HOUR)
    expect(await world.stateOf(FOUR)).toBe('asking')
  })

  it.each<readonly [what: string, moved: (world: Awaited<ReturnType<typeof office>>) => Promise<unknown>]>([
    ['it is an hour at which nobody of them works', (world) => world.move(MOVED, NEW_OFFICE, NOW + 6 * HOUR)],
    ['only three moved', (world) => world.move([ONE, TWO, FOUR])],
    ['the place is in a new country', (world) => world.move(MOVED, NEXT_OFFICE)],
    ['the network rents out machines', (world) => world.move(MOVED, RENTED)],
    [
      'the others’ calls were refused',
      async (world) => {
        await world.move([ONE, TWO, THREE], NEW_OFFICE, NOW, { error: 'AccessDenied' })
        await world.move([FOUR], NEW_OFFICE, NOW + HOUR)
      },
    ],
    [
      'the others’ keys were not accepted',
      async (world) => {
        await world.move([ONE, TWO, THREE], NEW_OFFICE, NOW, { error: 'InvalidClientTokenId' })
        await world.move([FOUR], NEW_OFFICE, NOW + HOUR)
      },
    ],
    [
      'the others use keys that were made lately',
      async (world) => {
        for (const user of [ONE, TWO, THREE]) await world.move([user], NEW_OFFICE, NOW, { key: `AKIANEW0000000${user.toUpperCase()}00` })
        await world.move([FOUR], NEW_OFFICE, NOW + HOUR)
      },
    ],
    [
      'the others moved more than a day before',
      async (world) => {
        await world.move([ONE, TWO, THREE])
        await world.move([FOUR], NEW_OFFICE, NOW + 26 * HOUR)
      },
    ],
    [
      'another owner still calls from the usual place',
      async (world) => {
        await world.move([ONE, TWO, THREE])
        await world.respond([from(ONE, HOME, NOW + 50 * MINUTE)])
        await world.move([FOUR], NEW_OFFICE, NOW + HOUR)
      },
    ],
    [
      'its own owner still calls from the usual place',
      async (world) => {
        await world.move([ONE, TWO, THREE])
        await world.respond([from(FOUR, HOME, NOW + 2 * HOUR + MINUTE)])
        await world.move([FOUR], NEW_OFFICE, NOW + HOUR)
      },
    ],
    [
      'somebody did harm from there',
      async (world) => {
        await world.move([ONE, TWO, THREE])
        await world.respond([from(TWO, NEW_OFFICE, NOW + 50 * MINUTE, { action: 'cloudtrail:StopLogging' })])
        await world.move([FOUR], NEW_OFFICE, NOW + HOUR)
      },
    ],
    [
      'another key of it does something else meanwhile',
      async (world) => {
        await world.move([ONE, TWO, THREE])
        const request = { userName: FOUR, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }
        const other = { key: 'AKIAOTHERKEY00000001', action: 'iam:AttachUserPolicy', request }
        await world.respond([from(FOUR, HOME, NOW + 45 * MINUTE, other)])
        expect(await world.stateOf(FOUR)).toBe('watching')
        await world.move([FOUR], NEW_OFFICE, NOW + HOUR)
      },
    ],
    [
      'its call is more than a call from a new place',
      async (world) => {
        await world.move([ONE, TWO, THREE])
        await world.move([FOUR], NEW_OFFICE, NOW + HOUR, { action: 'iam:CreateUser', request: { userName: 'x' } })
      },
    ],
  ])('restricts as before where %s', async (_, moved) => {
    const world = await office()
    await moved(world)
    expect(await world.stateOf(FOUR)).toBe('restricted')
  })

  it('is over with the first harm: who was asked about is restricted at the next call', async () => {
    const world = await office()
    await world.move(USERS)
    const later = NOW + 3 * HOUR
    world.setNow(later)
    await world.respond([from(FIVE, NEW_OFFICE, later, { action: 'cloudtrail:StopLogging' })])
    expect(await world.stateOf(FIVE)).toMatch(/restricted|contained/)
    expect(await world.stateOf(FOUR)).toBe('asking')
    await world.move([FOUR], NEW_OFFICE, later + MINUTE)
    expect(await world.stateOf(FOUR)).toBe('restricted')
  })

  it('restricts who does more than call from there, and goes on asking about the others', async () => {
    const world = await office()
    await world.move(USERS)
    const later = NOW + 3 * HOUR
    await world.move([FIVE], NEW_OFFICE, later, { action: 'ec2:DescribeInstances' })
    expect(await world.stateOf(FIVE)).toBe('restricted')
    await world.move([FOUR], NEW_OFFICE, later + HOUR)
    expect(await world.stateOf(FOUR)).toBe('asking')
  })

  it('counts one identity once, however often it calls', async () => {
    const world = await office()
    await world.move([ONE, ONE, TWO, TWO, TWO, FOUR, FOUR])
    expect(await world.statesOf([ONE, TWO, FOUR])).toEqual({ anna: 'restricted', bert: 'restricted', dora: 'restricted' })
  })

  it('counts the evidence as it is where nobody can read who moved', async () => {
    const world = await office()
    const identities = { ...world.ports.identities, saveMoves: async () => false }
    const geoIp = { locate: (address: string) => networks[address] ?? { country: undefined, network: undefined } }
    const respond = pipeline({ ...world.ports, identities, geoIp })
    for (const [at, user] of USERS.entries()) expect((await respond([from(user, NEW_OFFICE, NOW + at * MINUTE)])).failed.size).toBe(0)
    expect(new Set(Object.values(await world.statesOf()))).toEqual(new Set(['restricted']))
  })
})
