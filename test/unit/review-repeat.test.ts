import { describe, expect, it } from 'vitest'
import { revisionOf } from '../../shared/domain/revision.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { orderSubject } from '../../shared/record/orders.ts'
import { approve } from '../../shared/review/approve.ts'
import { review } from '../../shared/review/review.ts'
import type { Review } from '../../shared/review/reviewer.ts'
import { arnOf, embedded, exposed } from '../embedded.ts'

const ANNA = arnOf('anna')
const BOB = arnOf('bob')
const said = (by: string, parts: Partial<Review> = {}): Review => ({ kind: 'compromised', by, reason: 'stolen', ...parts })

/** One incident of an exposed key, under a policy, with a count of the runs of contain since then. */
async function incidentUnder(policy: object = {}) {
  const world = await embedded({ policy: { breaker: { maxUserFraction: 1 }, ...policy } })
  await world.respond([exposed()])
  const [incident] = await world.incidents()
  if (incident === undefined) throw new Error('no incident')
  const { id } = incident
  world.called.length = 0
  return {
    ...world,
    id,
    revision: revisionOf(incident),
    /** As if contain had not run: the incident stays where the review left it. */
    deaf: { ...world.ports, containInvoker: { contain: async (one: string) => void world.called.push(one) } },
    now: async () => (await world.ports.incidents.get(id))?.value,
    entries: async () => (await world.ports.record.list(incidentSubject(id))).filter(({ kind }) => kind === 'verdict'),
  }
}

describe('the same review once more', () => {
  it('from a button, by the same person, changes nothing and runs nothing that is done', async () => {
    const { id, ports, revision, called, entries } = await incidentUnder()
    await review(id, said(ANNA, { revision }), ports)
    expect(called).toEqual([id])
    expect(await review(id, said(ANNA, { revision }), ports)).toMatchObject({ state: 'confirmed', awaitsSecond: false })
    expect(called).toEqual([id])
    expect(await entries()).toHaveLength(1)
  })

  it('from a button, by another person, is refused and says who gave it', async () => {
    const { id, ports, revision } = await incidentUnder()
    await review(id, said(ANNA, { revision }), ports)
    await expect(review(id, said(BOB, { revision }), ports)).rejects.toMatchObject({
      code: 'incident.state',
      message: expect.stringContaining(`is confirmed already, by ${ANNA} at 2026-03-02 12:00:00 UTC: stolen`),
    })
  })

  it('from the command line is refused once it is confirmed, and completes a release that broke off, whoever gave it', async () => {
    const confirmed = await incidentUnder()
    await review(confirmed.id, said(ANNA), confirmed.ports)
    await expect(review(confirmed.id, said(ANNA), confirmed.ports)).rejects.toMatchObject({ code: 'incident.state' })

    const { id, ports, deaf, entries, now } = await incidentUnder()
    await review(id, said(ANNA, { kind: 'legitimate' }), deaf)
    expect((await now())?.state).toBe('releasing')
    await review(id, said(BOB, { kind: 'legitimate' }), ports)
    expect(await now()).toMatchObject({ state: 'released', verdict: { by: ANNA } })
    expect(await entries()).toHaveLength(1)
  })

  it('as another verdict by the same person is no repetition', async () => {
    const { id, deaf, revision } = await incidentUnder()
    await review(id, said(ANNA, { revision }), deaf)
    await expect(review(id, said(ANNA, { kind: 'legitimate', revision }), deaf)).rejects.toMatchObject({ code: 'incident.state' })
  })

  it('of an order is one by the same person only: another is told that containment is under way', async () => {
    const { id, deaf, called, entries } = await incidentUnder({ mode: 'ask' })
    await review(id, said(ANNA, { kind: 'contain' }), deaf)
    await review(id, said(ANNA, { kind: 'contain' }), deaf)
    expect(called).toEqual([id, id])
    await expect(review(id, said(BOB, { kind: 'contain' }), deaf)).rejects.toMatchObject({
      code: 'incident.state',
      message: `incident ${id} is containing; contain is allowed only while it is watching, asking, restricting, restricted`,
    })
    expect(await entries()).toHaveLength(1)
  })

  it('is no order where evidence had it contained: nobody has said anything yet', async () => {
    const world = await embedded({ callsContain: false, policy: { breaker: { maxUserFraction: 1 } } })
    await world.respond([exposed()])
    const id = (await world.incidents())[0]?.id ?? ''
    await expect(review(id, said(ANNA, { kind: 'contain' }), world.ports)).rejects.toMatchObject({ code: 'incident.state' })
  })
})

describe('an order to contain', () => {
  it.each([
    ['contain', 'contain'],
    ['legitimate', 'release'],
    ['compromised', 'confirm'],
  ] as const)('is recorded in a chain that respond may not write: %s orders to %s and nothing else', async (kind, to) => {
    const { id, ports } = await incidentUnder({ mode: 'ask' })
    await review(id, said(ANNA, { kind }), ports)
    const orders = await ports.record.list(orderSubject(id))
    expect(orders.map((one) => [one.kind, one.to, one.actor, one.why])).toEqual([['order', to, ANNA, 'stolen']])
  })

  it('is none that an extension gives', async () => {
    const { id, ports } = await incidentUnder({ mode: 'ask' })
    await review(id, said(ANNA, { kind: 'extend' }), ports)
    expect(await ports.record.list(orderSubject(id))).toEqual([])
  })
})

describe('a review that is refused', () => {
  it('names the approvers to somebody who is none of them', async () => {
    const { id, ports } = await incidentUnder({
      approvers: [arnOf('lead'), arnOf('second')],
      slack: { approvers: [{ users: ['U0LEAD'] }] },
    })
    await expect(review(id, said(ANNA), ports)).rejects.toMatchObject({
      code: 'review.forbidden',
      message: `${ANNA} is not among the policy's approvers for compromised: approvers are ${arnOf('lead')}, ${arnOf('second')}`,
    })
    // In Slack, people outside the policy read the answer: it says how many rules there are, and names nobody.
    await expect(review(id, said('slack:U0ANNA'), ports)).rejects.toMatchObject({
      code: 'review.forbidden',
      message: "slack:U0ANNA is not among the policy's approvers for compromised: none of the 1 rules of slack.approvers fits",
    })
  })

  it('says which review the second person must give, and that it must be another person', async () => {
    const { id, ports } = await incidentUnder({ fourEyes: [{}] })
    await review(id, said(ANNA), ports)
    await expect(review(id, said('local:bob'), ports)).rejects.toMatchObject({
      code: 'review.second',
      message: expect.stringMatching(/gave the first review "compromised".*another person by the same channel.*got local:bob/),
    })
  })

  it('says where two people are needed and the command supports one', async () => {
    const { id, ports } = await incidentUnder({ fourEyes: [{ verdicts: ['contain'] }] })
    await expect(approve(id, { edgeId: 'x', by: ANNA, reason: 'not ours' }, ports)).rejects.toMatchObject({ code: 'review.second' })
  })

  it('names the incident that there is not, or that has changed since it was seen', async () => {
    const { id, ports } = await incidentUnder()
    await expect(review('inc-000000000000', said(ANNA), ports)).rejects.toMatchObject({
      code: 'incident.unknown',
      message: expect.stringContaining('there is no incident inc-000000000000'),
    })
    await expect(review(id, said(ANNA, { revision: '0123456789abcdef' }), ports)).rejects.toMatchObject({
      code: 'review.stale',
      message: `incident ${id} has changed since you saw it: it is contained now; look at it again`,
    })
  })
})

describe('a verdict that was applied', () => {
  it('is not applied again by the next review, where the release failed and the incident asks again', async () => {
    const { id, deaf, ports, now } = await incidentUnder()
    await review(id, said(ANNA, { kind: 'legitimate' }), deaf)
    const stored = await ports.incidents.get(id)
    if (stored === undefined) throw new Error('no incident')
    await ports.incidents.save({ ...stored.value, state: 'asking' }, stored.version)
    expect(await review(id, said(BOB), deaf)).toMatchObject({ state: 'confirmed', verdict: { kind: 'compromised', by: BOB } })
    expect(await now()).toMatchObject({ state: 'confirmed', verdict: { by: BOB } })
  })
})
