import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { review } from '../../shared/review/review.ts'
import { ACCOUNT, arnOf, call, embedded, exposed, NOW } from '../embedded.ts'

const NAMES = ['ci-build', 'ci-deploy', 'backdoor', 'anna'] as const
const keyOf = (name: string, at: number) => `AKIA${name.toUpperCase().replace('-', '').padEnd(14, '0')}0${at}`

/** Accounts of users with no, one or two keys in every status, and inline policies up to the edge of the quota. */
const accounts = fc
  .tuple(
    fc.constantFrom(0, 5000, 10_100),
    fc.record(
      Object.fromEntries(
        NAMES.map((name) => [
          name,
          fc.record({
            keys: fc.array(fc.constantFrom('Active' as const, 'Inactive' as const), { maxLength: 2 }),
            policies: fc.array(fc.nat({ max: 900 }), { maxLength: 3 }),
            attached: fc.constantFrom(0, 1, 9, 10),
            boundary: fc.boolean(),
            switches: fc.subarray(['service-specific-credential', 'ssh-public-key', 'signing-certificate'] as const),
            isOff: fc.boolean(),
            tags: fc.dictionary(fc.constantFrom('team', 'tier'), fc.constantFrom('0', '1')),
          }),
        ]),
      ),
    ),
  )
  .map(([roleRoom, users]) => ({
    UserDetailList: Object.entries(users).map(([UserName, { policies, attached, boundary, tags }]) => ({
      UserName,
      Arn: arnOf(UserName),
      Path: '/',
      UserPolicyList: policies.map((size, at) => ({
        PolicyName: `p${at}`,
        PolicyDocument: { Version: '2012-10-17', Statement: [], Id: 'x'.repeat(size) },
      })),
      AttachedManagedPolicies: Array.from({ length: attached }, (_, at) => ({
        PolicyName: `p${at}`,
        PolicyArn: `arn:aws:iam::aws:policy/p${at}`,
      })),
      GroupList: ['everybody'],
      ...(boundary
        ? { PermissionsBoundary: { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: `arn:aws:iam::${ACCOUNT}:policy/own` } }
        : {}),
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    })),
    GroupDetailList: [{ GroupName: 'everybody', Arn: `arn:aws:iam::${ACCOUNT}:group/everybody` }],
    RoleDetailList: [
      {
        RoleName: 'deploy',
        Arn: `arn:aws:iam::${ACCOUNT}:role/deploy`,
        RolePolicyList: [{ PolicyName: 'work', PolicyDocument: { Version: '2012-10-17', Statement: [], Id: 'x'.repeat(roleRoom) } }],
      },
    ],
    LoginProfiles: [{ UserName: 'anna' }],
    SwitchableCredentials: Object.entries(users).flatMap(([UserName, { switches, isOff }]) =>
      switches.map((Kind) => ({
        UserName,
        Kind,
        Id: `${Kind}-of-${UserName}`,
        Status: isOff ? ('Inactive' as const) : ('Active' as const),
      })),
    ),
    AccessKeys: Object.entries(users).flatMap(([UserName, { keys }]) =>
      keys.map((Status, at) => ({ UserName, AccessKeyId: keyOf(UserName, at), Status })),
    ),
  }))

/** What an intruder with a key of `ci-build` may have done before it was seen: used both keys, made keys for others. */
const stories = fc.record({
  second: fc.boolean(),
  made: fc.subarray([...NAMES].slice(1)),
  users: fc.subarray([...NAMES].slice(1)),
  isRoleTaken: fc.boolean(),
})

function eventsOf({
  second,
  made,
  users,
  isRoleTaken,
}: {
  second: boolean
  made: string[]
  users: string[]
  isRoleTaken: boolean
}): object[] {
  const keys = second ? [0, 1] : [0]
  const calls = made.map((name, at) =>
    call('iam:CreateAccessKey', {
      id: `m${at}`,
      time: NOW - 5000 + at,
      key: keyOf('ci-build', 0),
      request: { userName: name },
      response: { accessKey: { userName: name, accessKeyId: keyOf(name, 0) } },
    }),
  )
  const born = users.map((name, at) =>
    call('iam:CreateUser', { id: `u${at}`, time: NOW - 6000 + at, key: keyOf('ci-build', 0), request: { userName: name } }),
  )
  const session = call('sts:AssumeRole', {
    id: 's1',
    time: NOW - 4000,
    key: keyOf('ci-build', 0),
    response: {
      credentials: { accessKeyId: 'ASIADEPLOYSESSION001' },
      assumedRoleUser: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/mine` },
    },
  })
  return [...born, ...calls, ...(isRoleTaken ? [session] : []), ...keys.map((at) => exposed(keyOf('ci-build', at), `e${at}`))]
}

const reviewer = { kind: 'legitimate', by: 'arn:aws:iam::123456789012:user/reviewer', reason: 'a drill' } as const

async function releaseAll(world: Awaited<ReturnType<typeof embedded>>): Promise<void> {
  for (const { id, state } of await world.incidents()) if (state !== 'released') await review(id, reviewer, world.ports)
}

describe('containment', () => {
  it('is undone exactly: restore after contain gives the prior account', async () => {
    await fc.assert(
      fc.asyncProperty(accounts, stories, async (account, story) => {
        const world = await embedded({ account })
        const before = world.account.authorizationDetails()
        await world.respond(eventsOf(story))
        await releaseAll(world)
        expect(world.account.authorizationDetails()).toEqual(before)
        for (const { id, head } of await world.incidents())
          expect(verifyChain(`INCIDENT#${id}`, await world.ports.record.list(`INCIDENT#${id}`), head)).toBeUndefined()
      }),
      { numRuns: 200 },
    )
  })

  it('is undone exactly where any one call broke off, before or after it took effect', async () => {
    await fc.assert(
      fc.asyncProperty(accounts, stories, fc.nat({ max: 40 }), fc.boolean(), async (account, story, breaksAt, takesEffect) => {
        let calls = 0
        const broken = (iam: Iam): Iam => {
          const breaking =
            <A extends unknown[], R>(verb: (...words: A) => Promise<R>) =>
            async (...words: A): Promise<R> => {
              calls += 1
              if (calls !== breaksAt) return verb(...words)
              if (takesEffect) await verb(...words)
              throw new Error('connection reset')
            }
          return {
            ...iam,
            listAccessKeys: breaking(iam.listAccessKeys),
            setAccessKeyStatus: breaking(iam.setAccessKeyStatus),
            getUserPolicy: breaking(iam.getUserPolicy),
            putUserPolicy: breaking(iam.putUserPolicy),
            deleteUserPolicy: breaking(iam.deleteUserPolicy),
            describe: breaking(iam.describe),
            attachUserPolicy: breaking(iam.attachUserPolicy),
            detachUserPolicy: breaking(iam.detachUserPolicy),
            setBoundary: breaking(iam.setBoundary),
            setSwitch: breaking(iam.setSwitch),
            putRolePolicy: breaking(iam.putRolePolicy),
            deleteRolePolicy: breaking(iam.deleteRolePolicy),
            getRolePolicy: breaking(iam.getRolePolicy),
          }
        }
        const world = await embedded({ account, iam: broken })
        const before = world.account.authorizationDetails()
        await world.respond(eventsOf(story))
        await world.respond(eventsOf(story))
        for (const { id } of await world.incidents()) await enforce(id, world.ports).catch(() => enforce(id, world.ports))
        const attempt = () => releaseAll(world).catch(() => undefined)
        await attempt()
        await attempt()
        await attempt()
        expect(world.account.authorizationDetails()).toEqual(before)
      }),
      { numRuns: 200 },
    )
  })

  it('done twice is done once: the same account, the same record', async () => {
    await fc.assert(
      fc.asyncProperty(accounts, stories, async (account, story) => {
        const world = await embedded({ account })
        await world.respond(eventsOf(story))
        const [incident] = await world.incidents()
        const picture = world.account.authorizationDetails()
        const chain = await world.ports.record.list(`INCIDENT#${incident?.id}`)
        await world.respond(eventsOf(story))
        await enforce(incident?.id ?? '', world.ports)
        expect(world.account.authorizationDetails()).toEqual(picture)
        expect(await world.ports.record.list(`INCIDENT#${incident?.id}`)).toEqual(chain)
      }),
      { numRuns: 100 },
    )
  })

  it('never touches a protected identity, whoever else is contained', async () => {
    const protections = fc.oneof(
      fc.constantFrom(...NAMES).map((name) => ({ arns: [arnOf(name)], tags: {} })),
      fc.constant({ arns: [`arn:aws:iam::*:user/ci-*`], tags: {} }),
      fc.constant({ arns: [], tags: { tier: '0' } }),
    )
    await fc.assert(
      fc.asyncProperty(accounts, stories, protections, async (account, story, guarded) => {
        const world = await embedded({ account, policy: { protected: guarded } })
        const before = world.account.authorizationDetails()
        await world.respond(eventsOf(story))
        const after = world.account.authorizationDetails()
        const isGuarded = (name: string) =>
          guarded.arns.some((arn) => arn === arnOf(name) || (arn.includes('*') && name.startsWith('ci-'))) ||
          (Object.keys(guarded.tags).length > 0 &&
            before.UserDetailList.some(
              (user) => user.UserName === name && user.Tags.some(({ Key, Value }) => Key === 'tier' && Value === '0'),
            ))
        for (const name of NAMES.filter(isGuarded)) {
          expect(after.UserDetailList.find(({ UserName }) => UserName === name)).toEqual(
            before.UserDetailList.find(({ UserName }) => UserName === name),
          )
          expect(after.AccessKeys.filter(({ UserName }) => UserName === name)).toEqual(
            before.AccessKeys.filter(({ UserName }) => UserName === name),
          )
        }
        for (const { identity, state } of await world.incidents()) if (isGuarded(identity.name)) expect(state).toBe('asking')
      }),
      { numRuns: 150 },
    )
  })

  it('ends the same for any batching, any duplication, and two responders at once', async () => {
    const batches = fc.array(fc.tuple(fc.nat({ max: 30 }), fc.integer({ min: 1, max: 6 })), { minLength: 1, maxLength: 8 })
    const inputs = [
      ...eventsOf({ second: false, made: ['backdoor'], users: [], isRoleTaken: true }),
      ...Array.from({ length: 20 }, (_, at) => call('s3:ListBuckets', { id: `s${at}`, time: NOW + at * 1000, key: keyOf('ci-build', 0) })),
    ]
    const account = {
      UserDetailList: NAMES.map((UserName) => ({ UserName, Arn: arnOf(UserName) })),
      AccessKeys: [
        { UserName: 'ci-build', AccessKeyId: keyOf('ci-build', 0), Status: 'Active' },
        { UserName: 'backdoor', AccessKeyId: keyOf('backdoor', 0), Status: 'Active' },
      ],
    }
    const reference = await embedded({ account })
    await reference.respond(inputs)
    const summary = async (world: typeof reference) => ({
      keys: world.account.authorizationDetails().AccessKeys,
      users: world.account.authorizationDetails().UserDetailList,
      incidents: (await world.incidents()).map(({ id, state, credentials, lineage }) => ({
        id,
        state,
        credentials: credentials.length,
        lineage: lineage.length,
      })),
      whole: await Promise.all(
        (await world.incidents()).map(async ({ id }) => verifyChain(`INCIDENT#${id}`, await world.ports.record.list(`INCIDENT#${id}`))),
      ),
    })
    const wanted = await summary(reference)
    await fc.assert(
      fc.asyncProperty(batches, async (cuts) => {
        const world = await embedded({ account })
        let at = 0
        for (const [step, times] of cuts) {
          const batch = inputs.slice(at, at + step)
          for (let time = 0; time < times; time++) await world.respond(batch)
          await Promise.all([world.respond(batch), world.respond(batch)])
          at += step
        }
        // What is left, and everything once more.
        await world.respond(inputs.slice(at))
        await world.respond(inputs)
        expect(await summary(world)).toEqual(wanted)
      }),
      { numRuns: 60 },
    )
  })
})
