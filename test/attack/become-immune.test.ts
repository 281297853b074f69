import { describe, expect, it } from 'vitest'
import { review } from '../../shared/review/review.ts'
import { sweep } from '../../shared/review/sweep.ts'
import { ACCOUNT, ATTACK, arnOf, call, embedded, exposed, KEY, NOW, oneUser } from '../embedded.ts'

const HOUR = 3_600_000
const PROTECT = { protected: { arns: [], tags: { protect: 'true' } }, breaker: { maxUserFraction: 1 } }
const TAG = { key: 'protect', value: 'true' }
const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`

/** The account with one more user and role, and `ci-build` with these tags. */
function account({ tags = {}, users = [] as object[], roles = [] as object[] } = {}) {
  const all = (oneUser().UserDetailList ?? []).map((user) =>
    user.UserName === 'ci-build' ? { ...user, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) } : user,
  )
  return { ...oneUser(), UserDetailList: [...all, ...users], RoleDetailList: roles }
}

const created = (time: number) => new Date(time).toISOString()
const own = async (world: Awaited<ReturnType<typeof embedded>>) =>
  (await world.incidents()).find(({ identity }) => identity.name === 'ci-build')
const deniedRoles = (world: Awaited<ReturnType<typeof embedded>>) =>
  world.account
    .authorizationDetails()
    .RoleDetailList.flatMap(({ RoleName, RolePolicyList }) => (RolePolicyList.length > 0 ? [RoleName] : []))

describe('an intruder who wants to be nobody that the responder contains', () => {
  it.each(['Countersign-x', `cdk-evil-deploy-role-${ACCOUNT}-us-east-1`])(
    'creates role %s, named like ours: it is denied',
    async (name) => {
      const roles = [{ RoleName: name, Arn: roleArn(name), CreateDate: created(NOW) }]
      const world = await embedded({ account: account({ roles }) })
      await world.respond([call('iam:CreateRole', { id: 'r1', request: { roleName: name } }), ...ATTACK])
      expect(deniedRoles(world)).toEqual([name])
    },
  )

  it('creates it anew under the name of a role of ours, which differs in being one: it is left to a person', async () => {
    const name = 'Countersign-ContainRole'
    const world = await embedded({ account: account({ roles: [{ RoleName: name, Arn: roleArn(name), CreateDate: created(NOW) }] }) })
    Object.assign(world.ports, { ownRoles: new Set([roleArn(name)]) })
    await world.respond([call('iam:CreateRole', { id: 'r1', request: { roleName: name } }), ...ATTACK])
    expect(deniedRoles(world)).toEqual([])
    expect((await own(world))?.state).toBe('asking')
  })

  it.each([
    ['with the tag that protects', { Tags: [{ Key: 'protect', Value: 'true' }] }, { tags: { protect: 'true' } }],
    ['with a name that the policy protects', {}, { arns: ['arn:aws:iam::*:user/back*'] }],
  ])('creates a user %s: it is denied, and one of the same kind that was there before is not', async (_, user, guarded) => {
    const policy = { ...PROTECT, protected: { arns: [], tags: {}, ...guarded } }
    const play = async (createdAt: number) => {
      const users = [{ UserName: 'backdoor', Arn: arnOf('backdoor'), CreateDate: created(createdAt), ...user }]
      const world = await embedded({ account: account({ users }), policy })
      await world.respond(ATTACK)
      return world.account.isRefused('backdoor')
    }
    expect(await play(NOW)).toBe(true)
    expect(await play(NOW - 3_600_000)).toBe(false)
  })
})

describe('an intruder who tags what they hold', () => {
  const tagged = (parts: object = {}) =>
    call('iam:TagUser', { id: 't1', time: NOW - 60_000, request: { userName: 'ci-build', tags: [TAG] }, ...parts })

  it('has its own user protected before it begins: it is contained all the same', async () => {
    const world = await embedded({ account: account({ tags: { protect: 'true' } }), policy: PROTECT })
    await world.respond([tagged()])
    await world.respond(ATTACK)
    expect((await own(world))?.state).toBe('contained')
    expect(world.account.isRefused('ci-build', KEY)).toBe(true)
  })

  it('is contained for it where AWS reports the key, too', async () => {
    const world = await embedded({ account: account({ tags: { protect: 'true' } }), policy: PROTECT })
    await world.respond([tagged()])
    await world.respond([exposed()])
    expect(world.account.isRefused('ci-build', KEY)).toBe(true)
  })

  it('has that call delivered last: it is contained then', async () => {
    const world = await embedded({ account: account({ tags: { protect: 'true' } }), policy: PROTECT })
    await world.respond(ATTACK)
    expect((await own(world))?.state).toBe('asking')
    await world.respond([tagged()])
    expect((await own(world))?.state).toBe('contained')
  })

  it.each([
    ['nobody changed the tag', []],
    ['somebody else set it, so that nobody knows what it was before', [tagged({ user: 'bystander', key: 'AKIABYSTANDER0000001' })]],
    [
      'another tag was set, which the policy does not name',
      [tagged({ request: { userName: 'ci-build', tags: [{ key: 'team', value: 'true' }] } })],
    ],
    [
      'its protection was removed in the incident',
      [call('iam:UntagUser', { id: 't1', time: NOW - 60_000, request: { tagKeys: ['protect'], userName: 'ci-build' } })],
    ],
  ])('holds a protected user, and %s: a person is asked', async (what, before) => {
    const tags = what.includes('removed') ? {} : { protect: 'true' }
    const world = await embedded({ account: account({ tags: tags as Record<string, string> }), policy: PROTECT })
    await world.respond(before)
    await world.respond(ATTACK)
    expect((await own(world))?.state).toBe('asking')
    expect(world.account.isRefused('ci-build')).toBe(false)
  })

  it('removes the tag of a tier that contains, so that the default only observes: a person is asked', async () => {
    const tiers = [{ name: 'build', match: { tags: { tier: 'build' } }, mode: 'contain' }]
    const world = await embedded({ account: account(), policy: { mode: 'observe', tiers } })
    await world.respond([call('iam:UntagUser', { id: 't1', time: NOW - 60_000, request: { userName: 'ci-build', tagKeys: ['tier'] } })])
    await world.respond(ATTACK)
    expect((await own(world))?.state).toBe('asking')
    const quiet = await embedded({ account: account(), policy: { mode: 'observe', tiers } })
    await quiet.respond(ATTACK)
    expect((await own(quiet))?.state).not.toBe('asking')
  })

  describe('and waits until nobody has answered for a week', () => {
    /** The user tags itself, then what a person says, or nobody, and ten days later the harm. */
    async function waited({ isAnswered }: { isAnswered: boolean }) {
      const world = await embedded({ account: account({ tags: { protect: 'true' } }), policy: PROTECT })
      const later = (record: object, ms: number) => ({ ...record, eventTime: created(NOW + ms) })
      await world.respond([tagged()])
      const [first] = await world.incidents()
      if (first === undefined) throw new Error('tagging opened no incident')
      const ports = {
        ...world.ports,
        pager: { notify: async () => {}, stack: undefined },
        backfillQueue: { backfill: async () => {} },
        rotateInvoker: undefined,
      }
      if (isAnswered) await review(first.id, { kind: 'legitimate', by: arnOf('reviewer'), reason: 'the owner asked for it' }, ports)
      for (const hours of [1, 169]) {
        world.setNow(NOW + hours * HOUR)
        await sweep(ports)
      }
      const before = (await world.incidents()).map(({ state }) => state)
      world.setNow(NOW + 241 * HOUR)
      await world.respond(ATTACK.map((record, at) => later(record, 240 * HOUR + at * 1000)))
      const [last] = (await world.incidents()).filter(({ id }) => id !== first.id)
      return { before, state: last?.state, isRefused: world.account.isRefused('ci-build', KEY) }
    }

    it('is contained for the harm, because that tag still counts as not there', async () => {
      expect(await waited({ isAnswered: false })).toEqual({ before: ['expired'], state: 'contained', isRefused: true })
    })

    it('is protected where a person said that the tagging was legitimate: a person is asked', async () => {
      expect(await waited({ isAnswered: true })).toEqual({ before: ['released'], state: 'asking', isRefused: false })
    })
  })

  it('tags a role whose session it is: it is contained', async () => {
    const roles = [{ RoleName: 'deploy', Arn: roleArn('deploy'), Tags: [{ Key: 'protect', Value: 'true' }] }]
    const world = await embedded({ account: account({ roles }), policy: PROTECT })
    const bySession = (action: string, id: string, request: object) => ({
      ...call(action, { id, request }),
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/build-7`,
        accountId: ACCOUNT,
        accessKeyId: 'ASIADEPLOYSESSION001',
        sessionContext: { sessionIssuer: { type: 'Role', arn: roleArn('deploy'), userName: 'deploy' } },
      },
    })
    await world.respond([bySession('iam:TagRole', 't1', { roleName: 'deploy', tags: [TAG] })])
    await world.respond(
      ['iam:CreateUser', 'iam:CreateLoginProfile', 'cloudtrail:StopLogging'].map((action, at) =>
        bySession(action, `r${at}`, { userName: 'x' }),
      ),
    )
    expect(deniedRoles(world)).toEqual(['deploy'])
  })
})
