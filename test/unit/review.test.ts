import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { areTwoPeople, isApprover, needsSecond } from '../../shared/domain/approval.ts'
import { revisionOf } from '../../shared/domain/revision.ts'
import type { ChangeRecord } from '../../shared/ports/stores.ts'
import { append, incidentSubject } from '../../shared/record/append.ts'
import { orderSubject } from '../../shared/record/orders.ts'
import { parsePolicy } from '../../shared/record/policy-in-force.ts'
import { review } from '../../shared/review/review.ts'
import type { Review } from '../../shared/review/reviewer.ts'
import { arnOf, embedded, exposed, NOW } from '../embedded.ts'

const ALICE = 'slack:U0ALICE'
const BOB = 'slack:U0BOB'
const APPROVERS = { approvers: [{ users: ['U0ALICE', 'U0BOB', 'U0CAROL'] }] }
const said = (by: string, parts: Partial<Review> = {}): Review => ({ kind: 'legitimate', by, reason: 'a drill', ...parts })

/** One incident of an exposed key, under a policy. */
async function incidentUnder(policy: object) {
  const world = await embedded({ policy: { slack: APPROVERS, breaker: { maxUserFraction: 1 }, ...policy } })
  await world.respond([exposed()])
  const [incident] = await world.incidents()
  const id = incident?.id ?? ''
  return {
    ...world,
    id,
    incidentNow: async () => (await world.ports.incidents.get(id))?.value,
    verdicts: async () => (await world.ports.record.list(incidentSubject(id))).filter(({ kind }) => kind === 'verdict'),
  }
}

describe('who may say what', () => {
  const policy = parsePolicy({
    version: 2,
    tiers: [{ name: 'crown', match: { arns: ['*'] } }],
    approvers: ['arn:aws:iam::123456789012:user/lead', '*'],
    slack: {
      approvers: [
        { tiers: ['crown'], verdicts: ['compromised'], users: ['U0ALICE'] },
        { tiers: ['default'], groups: ['S0ONCALL'] },
      ],
    },
    fourEyes: [{ tiers: ['crown'], verdicts: ['legitimate'] }],
  })

  it.each([
    ['a user of the tier', ALICE, [], 'compromised', 'crown', true],
    ['a user of the tier, something else', ALICE, [], 'legitimate', 'crown', false],
    ['a user of another tier', ALICE, [], 'compromised', 'default', false],
    ['a member of the group', BOB, ['S0ONCALL'], 'contain', 'default', true],
    ['a member of another group', BOB, ['S0OTHER'], 'contain', 'default', false],
    ['a user of a tier that an override hides', ALICE, [], 'compromised', 'override until 2026-01-31T12:00:00Z', false],
    ['a name that only looks like one', 'slack:U0ALICE ', [], 'compromised', 'crown', false],
    ['an ARN that a pattern covers', arnOf('anybody'), [], 'legitimate', 'crown', true],
  ] as const)('%s', (_, by, groups, kind, tier, isOne) => {
    expect(isApprover(policy, { by, groups }, { kind, tier })).toBe(isOne)
  })

  it('lets nobody in by Slack where no approver is named there, and everybody else in where none is named at all', () => {
    const open = parsePolicy({ version: 2 })
    expect(isApprover(open, { by: ALICE }, { kind: 'legitimate', tier: 'default' })).toBe(false)
    expect(isApprover(open, { by: arnOf('anybody') }, { kind: 'legitimate', tier: 'default' })).toBe(true)
  })

  it('holds a tier that is not known to every rule of four eyes', () => {
    expect(needsSecond(policy, { kind: 'legitimate', tier: 'crown' })).toBe(true)
    expect(needsSecond(policy, { kind: 'legitimate', tier: 'default' })).toBe(false)
    expect(needsSecond(policy, { kind: 'legitimate', tier: 'gone-since' })).toBe(true)
    expect(needsSecond(policy, { kind: 'compromised', tier: 'crown' })).toBe(false)
  })

  it.each([
    [ALICE, BOB, true],
    [ALICE, ALICE, false],
    [ALICE, arnOf('bob'), false],
    [arnOf('alice'), arnOf('bob'), true],
    ['arn:aws:sts::123456789012:assumed-role/ops/alice', 'arn:aws:sts::123456789012:assumed-role/ops/bob', false],
    [
      'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_ops_1/alice',
      'arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_ops_1/bob',
      true,
    ],
    ['local:alice', 'local:bob', true],
  ])('takes %s and %s for two people: %s', (a, b, areTwo) => {
    expect(areTwoPeople(a, b)).toBe(areTwo)
  })

  it.each([
    [{ slack: { approvers: [{ users: [] }] } }, 'names nobody'],
    [{ slack: { approvers: [{ users: ['alice'] }] } }, 'must be the id of a Slack user, such as U0123ABCD, got "alice"'],
    [{ slack: { approvers: [{ groups: ['U0ALICE'] }] } }, 'must be the id of a Slack user group'],
    [{ slack: { approvers: [{ users: ['U0ALICE'], tiers: ['crwon'] }] } }, 'slack.approvers.0.tiers.0: must be one of the tiers default'],
    [{ fourEyes: [{ tiers: ['x'] }] }, 'fourEyes.0.tiers.0: must be one of the tiers default, got "x"'],
    [{ fourEyes: [{ verdicts: [] }] }, 'fourEyes.0.verdicts'],
    [{ slack: { channel: 'C1' } }, 'unknown channel'],
  ])('is checked when the policy is: %j', (policy, complaint) => {
    expect(() => parsePolicy({ version: 2, ...policy })).toThrow(complaint)
  })
})

describe('four eyes', () => {
  it('note the first and act on the second, who must be another person by the same way', async () => {
    const world = await incidentUnder({ fourEyes: [{}] })
    const { id, ports } = world
    expect(await review(id, said(ALICE), ports)).toMatchObject({ state: 'contained', awaitsSecond: true })
    expect(await review(id, said(ALICE), ports)).toMatchObject({ state: 'contained', awaitsSecond: true })
    await expect(review(id, said(arnOf('alice')), ports)).rejects.toMatchObject({ code: 'review.second' })
    expect(await review(id, said(BOB, { kind: 'compromised' }), ports)).toMatchObject({ state: 'contained', awaitsSecond: true })
    expect(await world.verdicts()).toEqual([])
    expect(await review(id, said(BOB), ports)).toMatchObject({ state: 'releasing', awaitsSecond: false })
    expect(await world.incidentNow()).toMatchObject({ state: 'released', verdict: { by: BOB } })
  })

  it('begin anew where the incident has changed since the first', async () => {
    const { id, ports, verdicts } = await incidentUnder({ fourEyes: [{}] })
    await review(id, said(ALICE), ports)
    const stored = await ports.incidents.get(id)
    if (stored === undefined) throw new Error('no incident')
    const findings = stored.value.findings.map((finding) => ({ ...finding, detector: 'llm-jacking' }))
    await ports.incidents.save({ ...stored.value, findings }, stored.version)
    expect(await review(id, said(BOB), ports)).toMatchObject({ awaitsSecond: true })
    expect(await verdicts()).toEqual([])
  })
})

describe("a person's order to contain", () => {
  it('lifts the mode, is in a chain of its own, and is done again where contain was not called', async () => {
    const world = await incidentUnder({ mode: 'ask' })
    const { id, ports } = world
    const deaf = { ...ports, containInvoker: { contain: () => Promise.reject(new Error('throttled')) } }
    await expect(review(id, said(ALICE, { kind: 'contain' }), deaf)).rejects.toThrow('throttled')
    expect((await world.incidentNow())?.state).toBe('containing')
    expect(await review(id, said(ALICE, { kind: 'contain' }), ports)).toMatchObject({ state: 'containing' })
    expect((await world.incidentNow())?.state).toBe('contained')
    expect((await ports.record.list(orderSubject(id))).map(({ actor, kind }) => [actor, kind])).toEqual([[ALICE, 'order']])
    await expect(review(id, said(BOB, { kind: 'contain' }), ports)).rejects.toMatchObject({ code: 'incident.state' })
  })

  it.each([
    ['a protected identity', { protected: { arns: ['*'] } }, 'protected by ARN *'],
    ['the breaker', { breaker: { containmentsPerHour: 0 } }, 'breaker: 0 containments'],
  ])('does not lift %s', async (_, policy, why) => {
    const { id, ports, incidentNow } = await incidentUnder({ mode: 'ask', ...policy })
    await review(id, said(ALICE, { kind: 'contain' }), ports)
    expect((await incidentNow())?.state).toBe('asking')
    expect((await incidentNow())?.decision.why.at(-1)).toContain(why)
  })

  it('is not made of what the chain of the incident says: respond may write that one', async () => {
    const { id, ports, incidentNow } = await incidentUnder({ mode: 'ask' })
    const stored = await ports.incidents.get(id)
    if (stored === undefined) throw new Error('no incident')
    await ports.incidents.save({ ...stored.value, state: 'containing' }, stored.version)
    await enforce(id, ports)
    expect((await incidentNow())?.state).toBe('asking')
    expect((await incidentNow())?.decision.why.at(-1)).toContain('mode ask')
  })

  it('ends with a release', async () => {
    const world = await incidentUnder({ mode: 'ask' })
    const { id, ports } = world
    await review(id, said(ALICE, { kind: 'contain' }), ports)
    world.setNow(NOW + 1000)
    await review(id, said(BOB), ports)
    const stored = await ports.incidents.get(id)
    if (stored === undefined) throw new Error('no incident')
    await ports.incidents.save({ ...stored.value, state: 'containing' }, stored.version)
    await enforce(id, ports)
    expect((await world.incidentNow())?.state).toBe('asking')
  })
})

describe('reviewers at once, and reviewers who break off', () => {
  it('write one verdict, however many say it: the others see what was said', async () => {
    const { id, ports, verdicts } = await incidentUnder({})
    const revision = revisionOf((await ports.incidents.get(id))?.value as never)
    const everybody = ['U0ALICE', 'U0BOB', 'U0CAROL'].flatMap((user) => [
      said(`slack:${user}`, { revision }),
      said(`slack:${user}`, { revision, kind: 'compromised' }),
    ])
    const outcomes = await Promise.allSettled(everybody.map((one) => review(id, one, ports)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(['incident.state', 'review.stale']).toContain(outcome.reason.code)
    expect(await verdicts()).toHaveLength(1)
  })

  it('carry out what the record says and the incident does not', async () => {
    const { id, ports, verdicts, incidentNow } = await incidentUnder({})
    const broken = { ...ports, incidents: { ...ports.incidents, save: () => Promise.reject(new Error('lost')) } }
    await expect(review(id, said(ALICE, { kind: 'compromised' }), broken)).rejects.toThrow('lost')
    expect((await incidentNow())?.state).toBe('contained')
    await expect(review(id, said(BOB), ports)).rejects.toThrow(`is confirmed already, by ${ALICE}`)
    expect(await incidentNow()).toMatchObject({ state: 'confirmed', verdict: { by: ALICE } })
    expect(await verdicts()).toHaveLength(1)
    const again = said(ALICE, { kind: 'compromised', revision: '0'.repeat(16) })
    expect(await review(id, again, ports)).toMatchObject({ state: 'confirmed' })
  })

  it('carry it out though contain has written the incident meanwhile, with a later end of its chain', async () => {
    const { id, ports, incidentNow } = await incidentUnder({})
    const incidents = {
      ...ports.incidents,
      async save(...[incident, version]: Parameters<typeof ports.incidents.save>) {
        const stored = await ports.incidents.get(id)
        if (stored === undefined || incident.state !== 'confirmed' || stored.value.priority === 100)
          return ports.incidents.save(incident, version)
        const head = { number: 99, hash: 'f'.repeat(64) }
        await ports.incidents.save({ ...stored.value, priority: 100, head }, stored.version)
        return false
      },
    }
    await review(id, said(ALICE, { kind: 'compromised' }), { ...ports, incidents })
    expect(await incidentNow()).toMatchObject({ state: 'confirmed', priority: 100, head: { number: 99 } })
  })

  it('do not carry out what was said before the incident moved on', async () => {
    const { id, ports, incidentNow } = await incidentUnder({})
    const broken = { ...ports, incidents: { ...ports.incidents, save: () => Promise.reject(new Error('lost')) } }
    await expect(review(id, said(ALICE, { kind: 'compromised' }), broken)).rejects.toThrow('lost')
    const moved = {
      at: '2026-03-02T12:00:00.000Z',
      actor: 'countersign:contain',
      kind: 'state',
      target: 'x',
      from: 'containing',
      to: 'contained',
      why: 'x',
    } as const
    await append(ports.record, incidentSubject(id), moved)
    expect(await review(id, said(BOB), ports)).toMatchObject({ state: 'releasing' })
    expect(await incidentNow()).toMatchObject({ state: 'released', verdict: { by: BOB } })
  })

  it('give up where others always write first, and say so', async () => {
    const { id, ports } = await incidentUnder({})
    const record: ChangeRecord = { ...ports.record, append: async () => false }
    await expect(review(id, said(ALICE), { ...ports, record })).rejects.toMatchObject({ code: 'record.conflict' })
  })
})
