import { describe, expect, it } from 'vitest'
import { type AccessFinding, accessFact } from '../../shared/domain/access-finding.ts'
import { AuthorizationDetails } from '../../shared/domain/authorization-details.ts'
import { accountPoliciesOf } from '../../shared/domain/policies-in-details.ts'
import { type FoundReach, reachAfter, type StoredReach } from '../../shared/domain/stored-reach.ts'
import { inventoryReach } from '../../shared/learn/inventory-reach.ts'
import { memoryReachStore } from '../../shared/memory/reach-store.ts'
import { pipeline } from '../../shared/pipeline.ts'
import { ACCOUNT, arnOf, call, embedded, NOW } from '../embedded.ts'

const NIGHT = Date.UTC(2026, 1, 1, 2, 41)
const DAY = 86_400_000
const user = (name: string, action: string, account = ACCOUNT) => ({
  UserName: name,
  Arn: `arn:aws:iam::${account}:user/${name}`,
  UserPolicyList: [{ PolicyName: 'own', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] } }],
})

type Access = ReadonlyMap<string, readonly AccessFinding[]> | Error | undefined

function world(accounts: Record<string, object[] | Error>, access?: Access) {
  const reach = memoryReachStore()
  const told: [string, unknown][] = []
  let now = NIGHT
  let step = 0
  const asked: string[] = []
  const ports = {
    reach,
    policies: {
      async read(account: string) {
        asked.push(account)
        const users = accounts[account]
        if (users instanceof Error) throw users
        return accountPoliciesOf(AuthorizationDetails.parse({ UserDetailList: users ?? [] }))
      },
    },
    access: {
      async read() {
        if (access instanceof Error) throw access
        return access
      },
    },
    account: ACCOUNT,
    accounts: { ids: new Set(Object.keys(accounts)) },
    clock: {
      now: () => {
        now += step
        return now
      },
    },
    log: {
      info: (event: string, about?: unknown) => void told.push([event, about]),
      warn: (event: string, about?: unknown) => void told.push([event, about]),
    },
  }
  return {
    accounts,
    told,
    ports,
    asked,
    run: (forMs?: number) => inventoryReach(ports as never, forMs === undefined ? undefined : now + forMs),
    tick: (ms: number) => {
      step = ms
    },
    next: () => {
      now += DAY
    },
    stored: (name: string, account = ACCOUNT) => reach.read({ id: `arn:aws:iam::${account}:user/${name}`, account }),
  }
}

describe('the inventory of reach', () => {
  it('stores what each user could break, and since when', async () => {
    const night = world({ [ACCOUNT]: [user('admin', '*'), user('reader', 's3:ListAllMyBuckets')] })
    expect(await night.run()).toEqual({ accounts: 1, identities: 2, gained: 0, lost: 0 })
    expect(await night.stored('admin')).toMatchObject({
      score: 100,
      reasons: expect.arrayContaining(['may do everything']),
      at: NIGHT,
      since: NIGHT,
    })
    night.next()
    await night.run()
    expect(await night.stored('admin')).toMatchObject({ score: 100, at: NIGHT + DAY, since: NIGHT })
    expect(await night.stored('reader')).not.toHaveProperty('before')
  })

  it('says who gained what since the night before, and who lost', async () => {
    const night = world({ [ACCOUNT]: [user('riser', 's3:ListAllMyBuckets'), user('faller', '*')] })
    await night.run()
    night.accounts[ACCOUNT] = [user('riser', 'iam:CreatePolicyVersion'), user('faller', 's3:ListAllMyBuckets')]
    night.next()
    expect(await night.run()).toMatchObject({ gained: 1, lost: 1 })
    const risen = await night.stored('riser')
    expect(risen).toMatchObject({ before: 5, since: NIGHT + DAY })
    expect(risen?.gained?.join()).toContain('can grant itself more rights')
    expect(night.told.filter(([event]) => event === 'reach.gained')).toEqual([
      ['reach.gained', expect.objectContaining({ identity: arnOf('riser'), before: 5 })],
    ])
    night.next()
    await night.run()
    // What changed stays told until it changes again.
    expect(await night.stored('riser')).toMatchObject({ before: 5, since: NIGHT + DAY, at: NIGHT + 2 * DAY })
  })

  it('reads the other accounts where one refuses, keeps what is known of that one, and fails at its end', async () => {
    const other = '210987654321'
    const night = world({ [ACCOUNT]: [user('admin', '*')], [other]: [user('admin', '*', other)] })
    await night.run()
    night.accounts[ACCOUNT] = new Error('refused')
    night.accounts[other] = [user('admin', 's3:ListAllMyBuckets', other)]
    night.next()
    await expect(night.run()).rejects.toThrow('refused')
    expect([(await night.stored('admin'))?.at, (await night.stored('admin', other))?.score]).toEqual([NIGHT, 5])
  })

  it('stores the account after one that takes all of its time, and of that one what is possible', async () => {
    const [first, second] = ['210987654321', '310987654321'] as const
    const crowd = Array.from({ length: 500 }, (_, at) => user(`u${at}`, 'iam:*', first))
    const night = world({ [first]: crowd, [second]: [user('admin', '*', second)] })
    // In the night after this one, the account of many is the first.
    night.next()
    // Each look at the clock takes a tenth of a second, so that half of the time is over in the middle of the account of many.
    night.tick(100)
    await night.run(120_000)
    expect(await night.stored('admin', second)).toMatchObject({ score: 100 })
    const events = night.told.map(([event]) => event)
    expect(events).toContain('reach.cut')
    expect(events).toContain('reach.left')
    const kept = await Promise.all(crowd.map(({ UserName }) => night.stored(UserName, first)))
    const stored = kept.filter((one) => one !== undefined)
    expect(stored.length).toBeGreaterThan(0)
    for (const { score } of stored) expect(score).toBeGreaterThanOrEqual(50)
  })

  it('reads no account when the time is over, and says so', async () => {
    const night = world({ [ACCOUNT]: [user('admin', '*')] })
    expect(await night.run(0)).toMatchObject({ accounts: 0 })
    expect(night.told).toContainEqual(['reach.left', { account: ACCOUNT }])
  })

  it('begins with another account every night', async () => {
    const ids = ['110987654321', '210987654321', '310987654321']
    const night = world(Object.fromEntries(ids.map((id) => [id, [user('admin', '*', id)]])))
    const firsts = new Set<string>()
    for (let at = 0; at < ids.length; at += 1) {
      night.asked.length = 0
      await night.run()
      firsts.add(night.asked[0] as string)
      night.next()
    }
    expect([...firsts].sort()).toEqual(ids)
  })

  it('does not compare what somebody has with what another one of the name had', async () => {
    const named = (id: string, action: string) => ({ ...user('ci', action), UserId: id })
    const night = world({ [ACCOUNT]: [named('AIDAEXAMPLE0000000001', '*')] })
    await night.run()
    night.accounts[ACCOUNT] = [named('AIDAEXAMPLE0000000002', 's3:ListAllMyBuckets')]
    night.next()
    await night.run()
    expect(await night.stored('ci')).toEqual(
      expect.objectContaining({ principalId: 'AIDAEXAMPLE0000000002', score: 5, since: NIGHT + DAY }),
    )
    expect(await night.stored('ci')).not.toHaveProperty('before')
  })

  it('leaves out what the responder itself denies, and nothing that allows under its name', async () => {
    const deny = {
      PolicyName: 'CountersignQuarantine-inc-0123456789ab',
      PolicyDocument: { Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] },
    }
    const forged = {
      PolicyName: 'CountersignQuarantine-inc-0123456789ac',
      PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
    }
    const other = { ...deny, PolicyName: 'quarantine' }
    const withPolicies = (name: string, ...more: object[]) => ({
      ...user(name, 'iam:*'),
      UserPolicyList: [...user(name, 'iam:*').UserPolicyList, ...more],
    })
    const night = world({
      [ACCOUNT]: [withPolicies('held', deny), withPolicies('free'), withPolicies('forger', forged), withPolicies('denied', other)],
    })
    await night.run()
    const score = async (name: string) => (await night.stored(name))?.score
    expect(await score('held')).toBe(await score('free'))
    expect([await score('forger'), await score('denied')]).toEqual([100, 5])
  })

  it('keeps beside it what Access Analyzer found, and that it found nothing of somebody', async () => {
    const findings = [
      { type: 'UnusedPermission', since: NIGHT },
      { type: 'UnusedIAMUserAccessKey', since: NIGHT - DAY },
    ]
    const night = world(
      { [ACCOUNT]: [user('admin', '*'), user('reader', 's3:ListAllMyBuckets')] },
      new Map([
        [arnOf('admin'), findings],
        [arnOf('gone'), findings],
      ]),
    )
    await night.run()
    const stored = await night.stored('admin')
    expect(stored).toMatchObject({ score: 100, access: [findings[1], findings[0]] })
    expect(stored?.access?.map(accessFact)).toEqual([
      'an access key of it is not used, since 2026-01-31',
      'has rights that it does not use, since 2026-02-01',
    ])
    expect((await night.stored('reader'))?.access).toEqual([])
    expect(await night.stored('gone')).toBeUndefined()
  })

  it.each([
    ['nothing analyses the account', undefined, 0],
    ['it cannot be asked, which is told', new Error('refused'), 1],
  ] as const)('takes reach where %s, and does not say that nothing was found', async (_, access, warned) => {
    const night = world({ [ACCOUNT]: [user('admin', '*')] }, access)
    expect(await night.run()).toMatchObject({ identities: 1 })
    expect(await night.stored('admin')).not.toHaveProperty('access')
    expect(night.told.filter(([event]) => event === 'reach.access-unread')).toHaveLength(warned)
  })

  it('names a kind of finding that it does not know as AWS does', () => {
    expect(accessFact({ type: 'QuantumAccess' })).toBe('a finding of the kind QuantumAccess')
  })

  it('keeps a bounded text of whatever names people choose', () => {
    const found: FoundReach = {
      id: arnOf('x'),
      reach: 90,
      reasons: Array.from({ length: 40 }, (_, n) => `${n} ${'x'.repeat(5000)}`),
      paths: Array.from({ length: 500 }, (_, n) => `p-${n}`),
    }
    const stored: StoredReach = reachAfter(found, undefined, NIGHT)
    expect(JSON.stringify(stored).length).toBeLessThan(12_000)
    expect(stored.reasons.every((reason) => reason.length <= 300)).toBe(true)
  })
})

describe('a decision', () => {
  const suspicious = call('iam:CreateUser', { id: 'a', time: NOW })

  async function judged(stored: Partial<StoredReach> | Error | undefined) {
    const world = await embedded({ policy: { mode: 'observe' }, iam: (iam) => ({ ...iam, policiesOf: async () => undefined }) })
    const asked: string[] = []
    const warned: string[] = []
    const reach = {
      async read({ id }: { id: string }) {
        asked.push(id)
        if (stored instanceof Error) throw stored
        return stored === undefined ? undefined : { id, score: 5, reasons: [], paths: [], at: NOW, since: NOW, ...stored }
      },
    }
    const log = { ...world.ports.log, warn: (event: string) => void warned.push(event) }
    await pipeline({ ...world.ports, reach, log })([suspicious, call('iam:CreateUser', { id: 'b', time: NOW + 1 })])
    const [incident] = await world.incidents()
    return { incident, asked, warned }
  }

  it('goes by the reach of the last inventory, read once', async () => {
    const { incident, asked } = await judged({ score: 100, reasons: ['may do everything'] })
    expect(incident?.blastRadius).toMatchObject({ score: 100, basis: 'policies', reasons: ['may do everything'] })
    expect(asked).toEqual([arnOf('ci-build')])
  })

  it('raises it by what was seen since: rights of today are in no inventory', async () => {
    const { incident } = await judged({ score: 5, reasons: [] })
    expect(incident?.blastRadius).toMatchObject({ basis: 'policies' })
    expect(incident?.blastRadius.score).toBeGreaterThan(50)
    expect(incident?.blastRadius.reasons[0]).toMatch(/as was seen$/)
  })

  it('goes by what was seen where nothing is stored, and where that cannot be read, which is told', async () => {
    expect((await judged(undefined)).incident?.blastRadius.basis).toBe('observed')
    const { UnreadableItem } = await import('../../shared/errors.ts')
    const unread = await judged(new UnreadableItem('REACH#1/x', 'not JSON'))
    expect([unread.incident?.blastRadius.basis, unread.warned]).toEqual(['observed', ['reach.unreadable']])
  })
})
