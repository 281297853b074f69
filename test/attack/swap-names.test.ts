import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import { review } from '../../shared/review/review.ts'
import { sweep } from '../../shared/review/sweep.ts'
import { changingAccount } from '../changing-account.ts'
import { ATTACK, arnOf, call, embedded, exposed, KEY, NOW, oneUser } from '../embedded.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const THEIRS = 'AKIABYSTANDER0000001'
const ADMIN = { user: 'admin', key: 'AKIAADMINADMIN000001' }
const REVIEWER = { kind: 'legitimate', by: arnOf('reviewer'), reason: 'a drill' } as const

const renamed = (from: string, to: string, time: number, by: object = ADMIN) =>
  call('iam:UpdateUser', { id: `rename-${from}-${to}-${time}`, time, request: { userName: from, newUserName: to }, ...by })

/** The responder over an account that others change. `isLater`: contain runs when the test says so, as a function that was invoked may. */
async function start({ isLater = false, review: rules = {} } = {}) {
  const changing = changingAccount(oneUser())
  const policy = { breaker: { maxUserFraction: 1 }, review: rules }
  const world = await embedded({ iam: () => changing.iam, policy, callsContain: !isLater })
  return {
    ...world,
    changing,
    async only() {
      const found = (await world.incidents()).find(({ findings }) => findings.some(({ credentialId }) => credentialId === KEY))
      if (found === undefined) throw new Error('no incident of the stolen key')
      return found
    },
    async looks(id: string, minutes: readonly number[]) {
      for (const minute of minutes) {
        world.setNow(NOW + minute * MINUTE)
        await enforce(id, world.ports)
      }
    },
    isThiefOut: (name: string) => changing.isRefused(name) && changing.isRefused(name, KEY),
    isBystanderFree: (name: string) => !changing.isRefused(name, THEIRS),
  }
}

describe('an intruder gives a bystander the name of the stolen key’s user', () => {
  it('before its calls are delivered: the owner of the key is contained by the name that it has now, and the bystander works on', async () => {
    const world = await start()
    world.changing.renameUser('ci-build', 'tmp')
    world.changing.renameUser('bystander', 'ci-build')
    world.setNow(NOW + MINUTE)
    await world.respond(ATTACK)
    const { id } = await world.only()
    expect([world.isThiefOut('tmp'), world.isBystanderFree('ci-build'), (await world.only()).state]).toEqual([true, true, 'contained'])
    await world.respond([renamed('ci-build', 'tmp', NOW + 3000), renamed('bystander', 'ci-build', NOW + 4000)])
    await world.looks(id, [2, 3, 10])
    expect([world.isThiefOut('tmp'), world.isBystanderFree('ci-build')]).toEqual([true, true])
    await review(id, REVIEWER, world.ports)
    expect([world.changing.isRefused('tmp', KEY), world.isBystanderFree('ci-build')]).toEqual([false, true])
  })

  const ORDERS = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ]
  it.each(ORDERS.flatMap((order) => [false, true].map((isLater) => [order, isLater] as const)))(
    'after the containment, by three renames delivered in the order %j (contain runs later: %j)',
    async (order, isLater) => {
      const world = await start({ isLater })
      await world.respond([exposed()])
      const { id } = await world.only()
      await enforce(id, world.ports)
      world.setNow(NOW + 2 * MINUTE)
      world.changing.renameUser('bystander', 'x')
      world.changing.renameUser('ci-build', 'bystander')
      world.changing.renameUser('x', 'ci-build')
      const calls = [
        renamed('bystander', 'x', NOW + MINUTE),
        renamed('ci-build', 'bystander', NOW + MINUTE + 1000),
        renamed('x', 'ci-build', NOW + MINUTE + 2000),
      ]
      for (const place of order) await world.respond([calls[place] as object])
      await world.changing.iam.deleteUserPolicy('bystander', quarantinePolicyName(id))
      await world.changing.iam.setAccessKeyStatus('bystander', KEY, 'Active')
      await world.looks(id, [3, 4, 10])
      expect([world.isThiefOut('bystander'), world.isBystanderFree('ci-build')]).toEqual([true, true])
      await review(id, REVIEWER, world.ports)
      await enforce(id, world.ports)
      expect([world.changing.isRefused('bystander', KEY), world.isBystanderFree('ci-build')]).toEqual([false, true])
    },
  )

  it('and back, in a full circle whose third call is delivered first: nobody but the thief is denied, and all is given back', async () => {
    const world = await start()
    await world.respond([exposed()])
    const { id } = await world.only()
    world.setNow(NOW + MINUTE)
    const names = [
      ['ci-build', 'tmp'],
      ['bystander', 'ci-build'],
      ['ci-build', 'bystander'],
      ['tmp', 'ci-build'],
    ] as const
    const calls = names.map(([from, to], at) => renamed(from, to, NOW + MINUTE + at * 1000))
    await world.respond([calls[2] as object])
    expect([world.isThiefOut('ci-build'), world.isBystanderFree('bystander')]).toEqual([true, true])
    await world.respond([calls[0], calls[1], calls[3]] as object[])
    await world.looks(id, [2, 3])
    expect([world.isThiefOut('ci-build'), world.isBystanderFree('bystander')]).toEqual([true, true])
    await review(id, REVIEWER, world.ports)
    expect([world.changing.isRefused('ci-build', KEY), world.isBystanderFree('bystander')]).toEqual([false, true])
  })
})

describe('an intruder renames a contained user to and fro', () => {
  it.each(['release', 'confirm'] as const)('three times, and people %s: the steps follow each time', async (what) => {
    const world = await start()
    await world.respond([exposed()])
    const { id } = await world.only()
    if (what === 'confirm') await review(id, { ...REVIEWER, kind: 'compromised' }, world.ports)
    for (const [at, [from, to]] of [['ci-build', 'svc'] as const, ['svc', 'ci-build'] as const, ['ci-build', 'svc'] as const].entries()) {
      const time = NOW + (at + 1) * MINUTE
      world.setNow(time)
      world.changing.renameUser(from, to)
      await world.respond([renamed(from, to, time)])
    }
    await world.looks(id, [5, 6])
    expect(world.isThiefOut('svc')).toBe(true)
    if (what === 'release') {
      await review(id, REVIEWER, world.ports)
      expect(world.changing.isRefused('svc', KEY)).toBe(false)
      return
    }
    await world.changing.iam.deleteUserPolicy('svc', quarantinePolicyName(id))
    await world.changing.iam.setAccessKeyStatus('svc', KEY, 'Active')
    await world.looks(id, [7])
    expect(world.isThiefOut('svc')).toBe(true)
    expect(world.notices.at(-1)).toMatchObject({ kind: 'reversed', priority: 100 })
  })
})

describe('a contained user is renamed and gets its name back before anybody looks', () => {
  it.each([false, true])(
    'delivered in order: %j: it stays contained, and nobody is told of somebody who is denied in error',
    async (isInOrder) => {
      const world = await start()
      await world.respond([exposed()])
      const { id } = await world.only()
      world.setNow(NOW + MINUTE)
      const told = world.notices.length
      const two = [renamed('ci-build', 'svc', NOW + MINUTE), renamed('svc', 'ci-build', NOW + MINUTE + 1000)]
      await world.respond(isInOrder ? two : two.reverse())
      await world.looks(id, [2, 3])
      expect(world.isThiefOut('ci-build')).toBe(true)
      expect(
        world.notices
          .slice(told)
          .map(({ body }) => body)
          .join(),
      ).not.toContain('nothing was moved')
    },
  )
})

describe('an intruder makes a release fail, so that people are asked without end', () => {
  it.each([
    ['nobody answered, and the policy releases', 'release', undefined],
    ['a person has released', 'keep', REVIEWER],
  ] as const)(
    '%s: it is tried and asked about again after as long a time as the first, not at every sweep',
    async (_, onExpiry, verdict) => {
      const world = await start({ review: { onExpiry, expireAfterHours: 168 } })
      await world.respond([exposed()])
      const { id } = await world.only()
      await world.changing.iam.putUserPolicy('ci-build', quarantinePolicyName(id), '{"Version":"2012-10-17","Statement":[]}')
      if (verdict !== undefined) await review(id, verdict, world.ports)
      const pager = { notify: async () => {}, stack: undefined }
      const ports = { ...world.ports, pager, backfillQueue: { backfill: async () => {} }, rotateInvoker: undefined }
      for (const hours of [1, 2]) {
        world.setNow(NOW + hours * HOUR)
        await sweep(ports)
      }
      const told = world.notices.length
      for (let at = 0; at < 24; at++) {
        world.setNow(NOW + 169 * HOUR + at * 5 * MINUTE)
        await sweep(ports)
      }
      expect(world.notices.length - told).toBeLessThanOrEqual(1)
      expect((await world.only()).state).toBe('asking')
    },
  )
})
