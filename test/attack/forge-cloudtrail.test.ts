import { describe, expect, it } from 'vitest'
import { pipeline } from '../../shared/pipeline.ts'
import { believe } from '../../shared/sense/believe.ts'
import { ACCOUNT, ATTACK, arnOf, call, exposed, NOW, quarantine } from '../embedded.ts'
import { at, delivered, deployed, FROM_THE_BUS } from './stack.ts'

const DAY_MS = 86_400_000
const CUSTOM = { source: 'com.example.app' }
const BYSTANDER = 'AKIABYSTANDER0000001'

/** AWS attaches its quarantine policy to a user: the fast path contains without asking. */
const quarantined = (user: string) => quarantine(user, { id: 'quarantine', key: BYSTANDER })

/** The three calls of `ATTACK`, by a session of a production role. */
const byRole = (id: string, record: object) => ({
  ...record,
  eventID: id,
  userIdentity: {
    type: 'AssumedRole',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/production/worker-1`,
    accountId: ACCOUNT,
    accessKeyId: 'ASIAPRODUCTION000001',
    sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${ACCOUNT}:role/production`, userName: 'production' } },
  },
})

const account = () => ({
  UserDetailList: ['ci-build', 'bystander', 'admin'].map((UserName) => ({ UserName, Arn: arnOf(UserName) })),
  RoleDetailList: [{ RoleName: 'production', Arn: `arn:aws:iam::${ACCOUNT}:role/production` }],
  AccessKeys: [
    { UserName: 'ci-build', AccessKeyId: 'AKIAIOSFODNN7EXAMPLE', Status: 'Active' },
    { UserName: 'bystander', AccessKeyId: BYSTANDER, Status: 'Active' },
  ],
})

describe('somebody with events:PutEvents invents what CloudTrail would say', () => {
  it('says that AWS quarantined a bystander: nobody is contained, and the message fails where people are told', async () => {
    const world = await deployed({ account: account() })
    const { failed } = await world.respond([delivered(quarantined('bystander'), CUSTOM)])
    expect(failed.get(0)).toContain('not believed: its source does not begin with aws.')
    expect(world.log.entries).toContainEqual({
      level: 'warn',
      event: 'respond.unbelieved',
      fields: { doubt: 'source', reason: failed.get(0) },
    })
    expect(world.account.isRefused('bystander', BYSTANDER)).toBe(false)
    expect(await world.incidents()).toEqual([])
  })

  it('where AWS itself says so, the bystander is contained', async () => {
    const world = await deployed({ account: account() })
    expect((await world.respond([delivered(quarantined('bystander'))])).failed.size).toBe(0)
    expect(world.account.isRefused('bystander', BYSTANDER)).toBe(true)
  })

  it('says that a key is exposed, in the words of AWS Health: the key stays in use, and does not where Health says it', async () => {
    const world = await deployed({ account: account() })
    const { failed } = await world.respond([{ ...exposed(BYSTANDER), source: 'custom.health' }])
    expect(failed.size).toBe(1)
    expect(world.account.isRefused('bystander', BYSTANDER)).toBe(false)
    await world.respond([exposed(BYSTANDER)])
    expect(world.account.isRefused('bystander', BYSTANDER)).toBe(true)
  })

  it('has a production role end all its sessions by a dozen invented calls: its sessions go on, and end where the calls are true', async () => {
    const dozen = Array.from({ length: 4 }, (_, n) => ATTACK.map((record, k) => byRole(`d${n}-${k}`, record))).flat()
    const policiesOf = (world: Awaited<ReturnType<typeof deployed>>) =>
      world.account.authorizationDetails().RoleDetailList[0]?.RolePolicyList.map(({ PolicyName }) => PolicyName)
    const forged = await deployed({ account: account() })
    expect((await forged.respond(dozen.map((record) => delivered(record, CUSTOM)))).failed.size).toBe(12)
    expect(policiesOf(forged)).toEqual([])
    const real = await deployed({ account: account() })
    await real.respond(dozen.map((record) => delivered(record)))
    expect(policiesOf(real)).toEqual([expect.stringMatching(/^CountersignRevoke-/)])
  })

  it('teaches that a place is usual: only what is believed teaches', async () => {
    const learn = async (parts: Readonly<Record<string, unknown>>) => {
      const world = await deployed()
      await world.respond(
        Array.from({ length: 15 }, (_, n) => delivered(call('s3:ListBuckets', { id: `l${n}`, from: '198.51.100.7' }), parts)),
      )
      return (await world.ports.identities.load([arnOf('ci-build')])).get(arnOf('ci-build'))?.state?.value.baseline.features.country.values
    }
    expect(await learn(CUSTOM)).toBeUndefined()
    expect(await learn({})).toEqual(['RO'])
  })

  it.each([
    ['a record without an envelope', (record: object) => record, 'envelope'],
    ['the event of another account', (record: object) => delivered(record, { account: '210987654321' }), 'account'],
    ['a record of another account inside', (record: object) => delivered({ ...record, recipientAccountId: '210987654321' }), 'account'],
    [
      'an event of a service that writes its own detail',
      (record: object) => delivered(record, { 'detail-type': 'Object Created' }),
      'detail-type',
    ],
    ['a time that is no time', (record: object) => delivered(record, { time: 'soon' }), 'time'],
    ['a time in six minutes', (record: object) => delivered({ ...record, eventTime: at(360_000) }), 'future'],
    ['a time of 15 days ago', (record: object) => delivered({ ...record, eventTime: at(-15 * DAY_MS) }), 'past'],
  ])('sends %s to a queue: it is not believed', async (_, forge, doubt) => {
    const world = await deployed()
    const { failed, signals } = await world.respond(ATTACK.map(forge))
    expect([...failed.keys()]).toEqual([0, 1, 2])
    expect(signals).toEqual([])
    expect(world.log.entries.filter(({ event }) => event === 'respond.unbelieved').map(({ fields }) => fields.doubt)).toEqual([
      doubt,
      doubt,
      doubt,
    ])
    expect(await world.incidents()).toEqual([])
    const real = await deployed()
    await real.respond(ATTACK.map((record) => delivered(record)))
    expect((await real.incidents())[0]?.state).toBe('contained')
  })

  it('is told from a service whose name is not known here: that is believed and reported', async () => {
    const world = await deployed()
    const { failed, signals } = await world.respond([delivered(call('s3:ListBuckets', { id: 'a' }), { source: 'aws.newname' })])
    expect([failed.size, signals.length]).toEqual([0, 1])
    expect(world.log.entries).toContainEqual({
      level: 'warn',
      event: 'respond.source.unmapped',
      fields: { source: 'aws.newname', eventSource: 's3.amazonaws.com' },
    })
    const mapped = [
      ['aws.s3', 's3.amazonaws.com'],
      ['aws.monitoring', 'monitoring.amazonaws.com'],
      ['aws.ses', 'email.amazonaws.com'],
      ['aws.email', 'email.amazonaws.com'],
      ['aws.signin', 'signin.amazonaws.com'],
      ['aws.health', 'health.amazonaws.com'],
    ]
    for (const [source, eventSource] of mapped)
      expect(believe(delivered({ eventSource, eventTime: at(0) }, { source }), FROM_THE_BUS, NOW)).toEqual({ kind: 'believed' })
  })

  it('reads a call of the API of AWS Health as the call that it is', async () => {
    const world = await deployed()
    const { failed, signals } = await world.respond([delivered(call('health:DescribeEvents', { id: 'h' }))])
    expect(failed.size).toBe(0)
    expect(signals[0]?.action).toBe('health:DescribeEvents')
  })
})

describe('somebody dates events in the future, so that all true ones are too late', () => {
  const future = Array.from({ length: 401 }, (_, n) => ({
    ...call('s3:ListBuckets', { id: `future-${n}` }),
    eventTime: new Date(Date.UTC(2099, 0, 1) + n * 1000).toISOString(),
  }))
  const stateOf = async (world: Awaited<ReturnType<typeof deployed>>) =>
    (await world.ports.identities.load([arnOf('ci-build')])).get(arnOf('ci-build'))?.state?.value

  it.each([
    ['by events of the bus', FROM_THE_BUS, (record: object) => delivered(record)],
    ['by a log that is replayed', { kind: 'replay', until: NOW + DAY_MS } as const, (record: object) => record],
    ['by records that are looked up', { kind: 'cloudtrail' } as const, (record: object) => record],
  ])('%s: each is refused, and a true attack is contained after them as it is without', async (_, trust, wrap) => {
    const world = await deployed({ trust })
    const { failed } = await world.respond(future.map(wrap))
    expect(failed.size).toBe(401)
    expect(failed.get(0)).toContain('in the future')
    await world.respond(ATTACK.map(wrap))
    const twin = await deployed({ trust })
    await twin.respond(ATTACK.map(wrap))
    expect(await stateOf(world)).toEqual(await stateOf(twin))
    expect((await world.incidents())[0]?.state).toBe('contained')
  })

  it('an identity that was blinded so before sees again after five minutes', async () => {
    const world = await deployed()
    // No clock is asked here, as none was before.
    await pipeline(world.ports)(future)
    expect((await stateOf(world))?.seen.horizon).toBeGreaterThan(Date.UTC(2099, 0, 1))
    await world.respond([delivered(call('s3:ListBuckets', { id: 'first' }))])
    expect((await stateOf(world))?.seen.horizon).toBe(NOW + 300_000)
    world.setNow(NOW + 300_000)
    await world.respond([delivered(call('s3:ListBuckets', { id: 'later', time: NOW + 300_000 }))])
    const state = await stateOf(world)
    expect(state?.seen.horizon).toBe(NOW + 300_000)
    expect(state?.windows.get('AKIAIOSFODNN7EXAMPLE')?.last).toBe(NOW + 300_000)
  })
})
