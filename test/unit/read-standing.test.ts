import { describe, expect, it } from 'vitest'
import type { StoredReach } from '../../shared/domain/stored-reach.ts'
import { pipeline } from '../../shared/pipeline.ts'
import type { Iam } from '../../shared/ports/iam.ts'
import { applyPolicy, parsePolicy } from '../../shared/record/policy-in-force.ts'
import { arnOf, call, embedded, exposed, KEY, NOW, oneUser } from '../embedded.ts'

const tagged = (tags: Readonly<Record<string, string>>) => ({
  ...oneUser(),
  UserDetailList: [{ UserName: 'ci-build', Arn: arnOf('ci-build'), Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }],
})
const suspicious = (id: string, time = NOW) => call('iam:CreateUser', { id, time, request: { userName: `new-${id}` } })

interface Parts {
  readonly tags?: Readonly<Record<string, string>>
  /** Tags in the inventory of the night; undefined where it does not know the user. */
  readonly inventory?: Readonly<Record<string, string>>
  readonly policy?: object
  readonly describe?: Iam['describe']
}

/** A responder that counts how often IAM is asked for tags. */
async function stack({ tags = {}, inventory, policy, describe }: Parts) {
  const asked: string[] = []
  const world = await embedded({
    account: tagged(tags),
    policy: { mode: 'observe', ...policy },
    iam: (iam) => ({
      ...iam,
      policiesOf: async () => undefined,
      describe(identity) {
        asked.push(identity.name)
        return (describe ?? iam.describe)(identity)
      },
    }),
  })
  const warned: string[] = []
  const stored = { score: 50, reasons: [], paths: [], at: NOW, since: NOW }
  const reach = {
    read: async ({ id }: { id: string }): Promise<StoredReach | undefined> =>
      inventory === undefined ? undefined : { id, ...stored, tags: inventory },
  }
  const respond = pipeline({ ...world.ports, reach, log: { ...world.ports.log, warn: (event: string) => void warned.push(event) } })
  return { ...world, respond, asked, warned, first: async () => (await world.incidents())[0] }
}

describe('what an incident knows of its identity', () => {
  it('is in the tags of the last inventory: IAM is not asked, and what was tagged since changes nothing', async () => {
    const { respond, first, asked } = await stack({
      tags: { environment: 'test', owner: 'mallory' },
      inventory: { environment: 'prod', owner: 'pay' },
    })
    await respond([suspicious('a')])
    expect(await first()).toMatchObject({ criticality: { rule: 'production', raise: 0.5, isKnown: true }, owner: 'pay' })
    expect(asked).toEqual([])
  })

  it('is what the policy calls its account, where it has a name for it', async () => {
    const named = await stack({
      policy: { accounts: { '123456789012': { name: 'production' }, '210987654321': { name: 'other', mode: 'ask' } } },
    })
    await named.respond([suspicious('a')])
    expect(await named.first()).toMatchObject({ accountName: 'production', decision: { mode: 'observe' } })
    const other = await stack({ policy: { accounts: { '210987654321': { name: 'other' } } } })
    await other.respond([suspicious('a')])
    expect(await other.first()).not.toHaveProperty('accountName')
  })

  it('is asked of IAM once where no inventory knows the user', async () => {
    const { respond, first, asked } = await stack({ tags: { environment: 'prod', team: 'pay' } })
    await respond([suspicious('a')])
    await respond([suspicious('b', NOW + 1000)])
    expect(await first()).toMatchObject({ criticality: { rule: 'production', isKnown: true } })
    // Who is told to be asked must not be what an intruder wrote today.
    expect(await first()).not.toHaveProperty('owner')
    expect(asked).toEqual(['ci-build'])
  })

  it.each<[string, Iam['describe']]>([
    ['cannot be read', () => Promise.reject(new Error('throttled'))],
    ['are of nobody any more', async () => undefined],
    [
      'are those of another account',
      async () => ({ arn: 'arn:aws:iam::999999999999:user/ci-build', createdAt: 1, principalId: 'AIDAX', tags: { environment: 'prod' } }),
    ],
  ])('is not known where the tags %s: nothing is lost, and the next call asks again', async (_, describe) => {
    const { respond, first, asked } = await stack({ tags: { environment: 'prod' }, describe })
    expect((await respond([suspicious('a')])).failed.size).toBe(0)
    expect((await first())?.criticality).toEqual({ raise: 0, isKnown: false })
    await respond([suspicious('b', NOW + 1000)])
    expect(asked).toHaveLength(2)
  })

  it('never matters less later, whatever is tagged and whatever the policy then says', async () => {
    const { respond, first, account, ports } = await stack({
      tags: { environment: 'prod' },
      inventory: { environment: 'prod', owner: 'pay' },
    })
    await respond([suspicious('a')])
    const before = await first()
    const user = account.authorizationDetails().UserDetailList[0]
    if (user !== undefined) user.Tags = [{ Key: 'owner', Value: 'mallory' }]
    const policy = parsePolicy({ version: 3, criticality: [] })
    await applyPolicy(ports.record, { policy, by: 'test', why: 'test', at: new Date(NOW).toISOString() })
    await respond([suspicious('b', NOW + 1000)])
    expect(await first()).toMatchObject({ criticality: before?.criticality, owner: 'pay' })
    expect((await first())?.priority).toBeGreaterThanOrEqual(before?.priority ?? 100)
  })

  it('counts a tag that the intruder took away first as there, where the policy names it and no inventory knows better', async () => {
    const policy = { version: 3, criticality: [{ name: 'core', match: { tags: { 'tier-zero': 'yes' } } }] }
    const { respond, first } = await stack({ policy })
    await respond([
      call('iam:UntagUser', { id: 'a', time: NOW, request: { userName: 'ci-build', tagKeys: ['tier-zero'] } }),
      suspicious('b', NOW + 1),
    ])
    expect((await first())?.criticality).toMatchObject({ rule: 'core', raise: 1 })
  })

  it('is learned after the fast path, which reads nothing but the policy', async () => {
    const { respond, first } = await stack({ policy: { mode: 'contain' }, inventory: { environment: 'prod', owner: 'pay' } })
    await respond([exposed(KEY)])
    expect(await first()).toMatchObject({ state: 'contained', criticality: { rule: 'production' }, owner: 'pay' })
  })

  it('is nothing of the evidence: the same calls have the same risk and decision', async () => {
    const [one, other] = [await stack({ inventory: { criticality: 'high' } }), await stack({ inventory: {} })]
    for (const world of [one, other]) await world.respond([suspicious('a')])
    const [critical, plain] = [await one.first(), await other.first()]
    expect(critical?.assessment).toEqual(plain?.assessment)
    expect(critical?.decision).toEqual(plain?.decision)
    expect(critical?.priority).toBeGreaterThan(plain?.priority ?? 100)
  })
})
