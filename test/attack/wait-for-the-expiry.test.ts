import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { quarantinePolicyName } from '../../shared/contain/steps/quarantine.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { orderSubject } from '../../shared/record/orders.ts'
import { review } from '../../shared/review/review.ts'
import { sweep } from '../../shared/review/sweep.ts'
import { ACCOUNT, ATTACK, arnOf, call, KEY, NOW, oneUser } from '../embedded.ts'
import { delivered, deployed } from './stack.ts'

const HOUR = 3_600_000
const ROOT = { type: 'Root', arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT, accessKeyId: 'AKIAROOTROOTROOTROOT' }

/** Root makes a user with full rights and stops the trail. The user is denied everything, root stays free, and nobody answers. */
async function unanswered(onExpiry: 'keep' | 'release') {
  const backdoor = { UserName: 'backdoor', Arn: arnOf('backdoor'), CreateDate: new Date(NOW).toISOString() }
  const account = { ...oneUser(), UserDetailList: [...(oneUser().UserDetailList ?? []), backdoor] }
  const world = await deployed({ account, policy: { review: { onExpiry, expireAfterHours: 168 } } })
  const by = (record: object) => delivered({ ...record, userIdentity: ROOT, recipientAccountId: ACCOUNT })
  const admin = { userName: 'backdoor', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }
  await world.respond([
    by(call('iam:CreateUser', { id: 'u1', request: { userName: 'backdoor' }, response: { user: { arn: arnOf('backdoor') } } })),
    by(call('iam:AttachUserPolicy', { id: 'u2', time: NOW + 1000, request: admin })),
    by(call('cloudtrail:StopLogging', { id: 'u3', time: NOW + 2000 })),
  ])
  const ports = {
    ...world.ports,
    pager: { notify: async () => {}, stack: undefined },
    backfillQueue: { backfill: async () => {} },
    rotateInvoker: undefined,
  }
  const only = async () => {
    const [incident] = await world.incidents()
    if (incident === undefined) throw new Error('no incident')
    return incident
  }
  const before = { state: (await only()).state, isDenied: world.account.isRefused('backdoor') }
  for (const hours of [1, 2, 169]) {
    world.setNow(NOW + hours * HOUR)
    await sweep(ports)
  }
  return { world, ports, only, before }
}

describe('root, who cannot be contained, waits until the question expires', () => {
  it('the policy keeps: what it made stays denied, also after its deny is taken away', async () => {
    const { world, ports, only, before } = await unanswered('keep')
    expect(before).toEqual({ state: 'asking', isDenied: true })
    expect([(await only()).state, world.account.isRefused('backdoor')]).toEqual(['confirmed', true])
    const { id } = await only()
    await world.account.deleteUserPolicy('backdoor', quarantinePolicyName(id))
    expect(world.account.isRefused('backdoor')).toBe(false)
    await enforce(id, ports)
    expect(world.account.isRefused('backdoor')).toBe(true)
    expect(world.notices.at(-1)).toMatchObject({ kind: 'reversed' })
  })

  it('the policy releases: what was done is undone, as it would be for a contained incident', async () => {
    const { world, only } = await unanswered('release')
    expect([(await only()).state, world.account.isRefused('backdoor')]).toEqual(['released', false])
  })
})

const MINUTE = 60_000
const ALICE = { kind: 'legitimate', by: arnOf('alice'), reason: 'a mistake of mine' } as const

/** A key of `ci-build` that is contained for what was done with it, and whoever may write the incident. */
async function contained(onExpiry: 'keep' | 'release' = 'keep') {
  const world = await deployed({ policy: { review: { onExpiry } } })
  await world.respond(ATTACK.map((record) => delivered(record)))
  const [{ id } = { id: 'none' }] = await world.incidents()
  const ports = { ...world.ports, backfillQueue: { backfill: async () => {} }, rotateInvoker: undefined }
  const stored = async () => {
    const found = await world.ports.incidents.get(id)
    if (found === undefined) throw new Error('no incident')
    return found
  }
  const now = async () => (await stored()).value
  return {
    world,
    ports,
    id,
    now,
    /** What the role of respond may write, and whoever has taken it over. */
    async forge(parts: Partial<Incident>) {
      const { value, version } = await stored()
      await world.ports.incidents.save({ ...value, ...parts }, version)
    },
    async sweptAt(...hours: number[]) {
      for (const hour of hours) {
        world.setNow(NOW + hour * HOUR)
        await sweep(ports)
      }
      return { state: (await now()).state, isRefused: world.account.isRefused('ci-build', KEY) }
    },
    orders: async () =>
      (await world.ports.record.list(orderSubject(id))).flatMap(({ kind, to, actor }) => (kind === 'order' ? [`${to} by ${actor}`] : [])),
    /** Changes our own deny, so that a release ends with a question. */
    tamper: () => world.account.putUserPolicy('ci-build', quarantinePolicyName(id), '{"Version":"2012-10-17","Statement":[]}'),
  }
}

const REFUSED = { isRefused: true }

describe('a release that failed, and nobody answers after that', () => {
  /** Alice releases, and something could not be restored. */
  async function failedRelease(onExpiry: 'keep' | 'release' = 'keep') {
    const world = await contained(onExpiry)
    world.world.setNow(NOW + HOUR)
    await world.tamper()
    await review(world.id, ALICE, world.world.ports)
    expect(await world.now()).toMatchObject({ state: 'asking', verdict: { kind: 'legitimate' } })
    world.world.setNow(NOW + 2 * HOUR)
    return world
  }

  it('is tried again, since a release is their last word', async () => {
    const world = await failedRelease()
    await world.world.account.putUserPolicy(
      'ci-build',
      quarantinePolicyName(world.id),
      denyOf(await world.world.ports.record.list(`INCIDENT#${world.id}`)),
    )
    expect(await world.sweptAt(3, 167)).toEqual({ state: 'asking', ...REFUSED })
    expect(await world.sweptAt(171)).toEqual({ state: 'released', isRefused: false })
    expect(await world.orders()).toEqual([`release by ${arnOf('alice')}`, 'release by countersign:sweep'])
  })

  it.each([
    ['a person who has it contained after all', [`release by ${arnOf('alice')}`, `contain by ${arnOf('bob')}`]],
    ['new evidence', [`release by ${arnOf('alice')}`]],
  ])('is not tried again after %s: it stays contained', async (cause, orders) => {
    const world = await failedRelease()
    const more = [
      call('iam:CreateUser', { id: 'z1', time: NOW + 2 * HOUR, request: { userName: 'bd2' } }),
      call('guardduty:DeleteDetector', { id: 'z2', time: NOW + 2 * HOUR }),
    ]
    if (cause === 'new evidence') await world.world.respond(more.map((record) => delivered(record)))
    else await review(world.id, { kind: 'contain', by: arnOf('bob'), reason: 'it was stolen after all' }, world.world.ports)
    await enforce(world.id, world.ports)
    const { state, verdict } = await world.now()
    expect([state, verdict]).toEqual(['contained', undefined])
    const pages = world.world.pages.length
    expect(await world.sweptAt(3.1, 30, 100, 169, 169.9)).toEqual({ state: 'contained', ...REFUSED })
    expect(world.world.pages.length - pages).toBe(1)
    expect(await world.sweptAt(171, 175, 400)).toEqual({ state: 'confirmed', ...REFUSED })
    expect(await world.orders()).toEqual(orders)
  })

  it('does not keep a step from being applied that is missing, where the verdict is not in force any more', async () => {
    const world = await failedRelease()
    await review(world.id, { kind: 'contain', by: arnOf('bob'), reason: 'it was stolen' }, world.world.ports)
    // Something kept it from being whole: it asks, and the intruder writes the old verdict into it once more.
    const verdict = { ...ALICE, at: new Date(NOW + HOUR).toISOString() }
    await world.forge({ state: 'asking', verdict, lineage: [...(await world.now()).lineage, MADE] })
    await enforce(world.id, world.ports)
    expect(world.world.account.isRefused('bystander', 'AKIABYSTANDER0000001')).toBe(true)
  })
})

/** A key of somebody else that the intruder made, and that no run has contained yet. */
const MADE = {
  kind: 'access-key' as const,
  id: 'AKIABYSTANDER0000001',
  owner: 'bystander',
  parent: KEY,
  signalId: 'a9',
  time: NOW + 3000,
}

/** The deny as the record says that it was set. */
function denyOf(changes: readonly { kind: string; target: string; to?: unknown }[]): string {
  const planned = changes.find(({ kind, target }) => kind === 'step-planned' && target.startsWith('user-policy:ci-build/'))
  return String(planned?.to)
}

describe('whoever may write the incident, and wants the sweep to give it back or to close it', () => {
  const verdict = { kind: 'legitimate', by: 'nobody', reason: 'forged', at: new Date(NOW).toISOString() } as const
  const longAgo = (incident: Incident) => ({
    containedAt: 1,
    updatedAt: 1,
    decidedBy: { ...incident.decidedBy, time: 1 },
    escalatedAt: 1,
    pagedAt: 1,
  })

  it.each(['contained', 'asking'] as const)('writes a verdict into one that is %s: no order stands for it', async (state) => {
    const world = await contained()
    await world.forge({ state, verdict })
    expect(await world.sweptAt(1.1, 24, 100, 169)).toEqual({ state: 'confirmed', ...REFUSED })
    expect(await world.sweptAt(336, 400, 710)).toEqual({ state: 'confirmed', ...REFUSED })
    expect(await world.orders()).toEqual([])
  })

  it.each(['keep', 'release'] as const)(
    'writes that it has waited for ages, where the policy says %s: people are told and have their time',
    async (onExpiry) => {
      const world = await contained(onExpiry)
      await world.forge({ ...longAgo(await world.now()), verdict })
      expect(await world.sweptAt(1 / 60)).toEqual({ state: 'contained', ...REFUSED })
      for (const hour of [1.1, 60, 167]) {
        await world.forge(longAgo(await world.now()))
        expect(await world.sweptAt(hour), `${hour}`).toEqual({ state: 'contained', ...REFUSED })
      }
      expect(world.world.notices.filter(({ kind }) => kind === 'escalated')).toHaveLength(1)
      expect(world.world.pages.map(({ kind }) => kind)).toEqual(['paged'])
      expect((await world.sweptAt(168.2)).state).toBe(onExpiry === 'keep' ? 'confirmed' : 'released')
    },
  )

  it('lets the sweep be switched off for a fortnight: at its return people are paged, and have their time', async () => {
    const world = await contained('release')
    expect(await world.sweptAt(336, 337, 502)).toEqual({ state: 'contained', ...REFUSED })
    expect(world.world.pages).toHaveLength(1)
    expect((await world.sweptAt(503)).state).toBe('released')
  })

  it.each([
    ['that a person needs more time', { extendedUntil: Date.UTC(2099, 0) }],
    ['that it was contained in the future', { containedAt: Date.UTC(2099, 0) }],
    ['that everybody was told', { escalatedAt: NOW, pagedAt: NOW }],
  ])('writes %s: people are reminded and paged all the same', async (_, parts) => {
    const world = await contained()
    await world.forge(parts)
    await world.sweptAt(0.6, 1.1, 2)
    expect(world.world.notices.filter(({ kind }) => kind === 'escalated')).toHaveLength(1)
    expect(world.world.pages).toHaveLength(1)
  })

  it('writes that it is only watched: it has steps in place, so people are asked, and it does not end as though nothing were held', async () => {
    const world = await contained()
    await world.forge({ ...longAgo(await world.now()), state: 'watching' })
    expect(await world.sweptAt(1.1, 100)).toEqual({ state: 'watching', ...REFUSED })
    expect(world.world.pages).toHaveLength(1)
    expect(await world.sweptAt(169)).toEqual({ state: 'confirmed', ...REFUSED })
  })

  it('writes that it is being released: contain refuses it, and the sweep does not do it later', async () => {
    const world = await contained()
    await world.forge({ state: 'releasing', verdict })
    await enforce(world.id, world.ports)
    expect((await world.now()).state).toBe('asking')
    expect(await world.sweptAt(1.1, 100, 169, 400)).toEqual({ state: 'confirmed', ...REFUSED })
    expect(await world.orders()).toEqual([])
  })

  it('extends by a person: that counts, and is in the record', async () => {
    const world = await contained()
    world.world.setNow(NOW + MINUTE)
    await review(world.id, { kind: 'extend', by: arnOf('alice'), reason: 'asking the owner', hours: 5 }, world.world.ports)
    await world.sweptAt(1.1, 5)
    expect(world.world.pages).toHaveLength(0)
    await world.sweptAt(6.1)
    expect(world.world.pages).toHaveLength(1)
  })
})
