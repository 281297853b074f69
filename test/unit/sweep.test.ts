import { describe, expect, it } from 'vitest'
import { enforce } from '../../shared/contain/enforce.ts'
import { verifyChain } from '../../shared/domain/change.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import type { SweepPorts } from '../../shared/ports/sweep.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { review } from '../../shared/review/review.ts'
import { sweep } from '../../shared/review/sweep.ts'
import { arnOf, call, embedded, exposed, KEY, NOW, oneUser } from '../embedded.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

async function swept(parts: Parameters<typeof embedded>[0] = {}) {
  const world = await embedded(parts)
  const asked = { contain: [] as string[], rotate: [] as string[], trace: [] as string[], paged: [] as string[] }
  const ports: SweepPorts = {
    ...world.ports,
    containInvoker: {
      async contain(id) {
        asked.contain.push(id)
        await enforce(id, world.ports)
      },
    },
    rotateInvoker: { rotate: async (id) => void asked.rotate.push(id) },
    backfillQueue: { backfill: async (id) => void asked.trace.push(id) },
    pager: { notify: async (notice) => void asked.paged.push(notice.title) },
  }
  return {
    world,
    asked,
    ports,
    async sweepAt(ms: number) {
      world.setNow(NOW + ms)
      return sweep(ports)
    },
    async only(): Promise<Incident> {
      const [incident, ...others] = await world.incidents()
      if (incident === undefined || others.length > 0) throw new Error(`${others.length + 1} incidents, not one`)
      return incident
    },
  }
}

describe('the sweep', () => {
  it('sets an incident going again that is stuck on its way to be contained', async () => {
    const { world, asked, sweepAt, only } = await swept({ callsContain: false })
    await world.respond([exposed()])
    expect((await only()).state).toBe('containing')
    await sweepAt(4 * MINUTE)
    expect(asked.contain).toEqual([])
    await sweepAt(5 * MINUTE)
    expect((await only()).state).toBe('contained')
    await sweepAt(6 * MINUTE)
    expect(asked.contain).toHaveLength(1)
  })

  it('goes on with the others where one incident cannot be looked after', async () => {
    const { world, ports, asked } = await swept({ callsContain: false })
    await world.respond([exposed(), exposed('AKIABYSTANDER0000001', '2')])
    const [first, second] = await world.ports.incidents.listOpen(10)
    const incidents = {
      ...world.ports.incidents,
      get: (id: string) => (id === first?.id ? Promise.reject(new Error('throttled')) : world.ports.incidents.get(id)),
    }
    world.setNow(NOW + HOUR)
    expect(await sweep({ ...ports, incidents })).toBe(2)
    expect(asked.contain).toEqual([second?.id])
  })

  it('has the events of a young incident looked up, and of none that only watches', async () => {
    const { world, asked, sweepAt, only } = await swept()
    await world.respond([exposed()])
    await sweepAt(5 * MINUTE)
    await sweepAt(59 * MINUTE)
    expect(asked.trace).toEqual([(await only()).id, (await only()).id])
    await sweepAt(61 * MINUTE)
    expect(asked.trace).toHaveLength(2)
  })

  it('tells people once more where nobody answers, and only once', async () => {
    const { world, sweepAt } = await swept()
    await world.respond([exposed()])
    await sweepAt(29 * MINUTE)
    expect(world.notices.filter(({ kind }) => kind === 'escalated')).toEqual([])
    await sweepAt(30 * MINUTE)
    await sweepAt(60 * MINUTE)
    expect(world.notices.filter(({ kind }) => kind === 'escalated').map(({ title }) => title)).toEqual([
      'Nobody has answered: release or confirm ci-build',
    ])
  })

  it('pages who is on call where that brings no answer either, once, and again where it failed', async () => {
    const { world, ports, asked, sweepAt, only } = await swept()
    await world.respond([exposed()])
    await sweepAt(59 * MINUTE)
    expect(asked.paged).toEqual([])
    world.setNow(NOW + 60 * MINUTE)
    const broken = { notify: () => Promise.reject(new Error('throttled')) }
    await sweep({ ...ports, pager: broken })
    expect((await only()).pagedAt).toBeUndefined()
    await sweepAt(65 * MINUTE)
    await sweepAt(70 * MINUTE)
    expect(asked.paged).toEqual(['On call: nobody has answered about ci-build, risk 99'])
  })

  it('reminds nobody while a person looks further, and then anew', async () => {
    const { world, ports, asked, sweepAt, only } = await swept()
    await world.respond([exposed()])
    await sweepAt(61 * MINUTE)
    const told = () => world.notices.filter(({ kind }) => kind === 'escalated').length
    expect([told(), asked.paged.length]).toEqual([1, 1])
    const until = NOW + 61 * MINUTE + 5 * HOUR
    const extended = await review((await only()).id, { kind: 'extend', by: 'local:anna', reason: 'asking the owner', hours: 5 }, ports)
    expect(extended).toMatchObject({ state: 'contained', extendedUntil: until, escalatedAt: undefined, pagedAt: undefined })
    await sweepAt(until - NOW)
    await sweepAt(until - NOW + 29 * MINUTE)
    expect([told(), asked.paged.length]).toEqual([1, 1])
    await sweepAt(until - NOW + 30 * MINUTE)
    await sweepAt(until - NOW + 60 * MINUTE)
    expect([told(), asked.paged.length]).toEqual([2, 2])
    await sweepAt(until - NOW + 167 * HOUR)
    expect((await only()).state).toBe('contained')
    await sweepAt(until - NOW + 168 * HOUR)
    expect((await only()).state).toBe('confirmed')
  })

  it('says that an incident has ended, so that its message says so too', async () => {
    const { world, sweepAt } = await swept({ policy: { mode: 'ask' } })
    await world.respond([exposed()])
    await sweepAt(60 * MINUTE)
    await sweepAt(168 * HOUR)
    expect(world.notices.at(-1)).toMatchObject({ kind: 'expired', title: 'Closed: nobody answered about ci-build' })
  })

  it('pays a notice that could not be paid', async () => {
    const { world, ports, only } = await swept()
    await world.respond([exposed()])
    const stored = await world.ports.incidents.get((await only()).id)
    if (stored === undefined) throw new Error('no incident')
    await world.ports.incidents.save({ ...stored.value, owedNotice: 'contained' }, stored.version)
    const before = world.notices.length
    world.setNow(NOW + MINUTE)
    await sweep(ports)
    expect(world.notices).toHaveLength(before + 1)
    expect((await only()).owedNotice).toBeUndefined()
  })

  it('keeps what is contained where nobody ever answers, and says so in the record', async () => {
    const { world, sweepAt, only } = await swept()
    await world.respond([exposed()])
    await sweepAt(60 * MINUTE)
    await sweepAt(168 * HOUR)
    const incident = await only()
    expect(incident).toMatchObject({ state: 'confirmed', verdict: { kind: 'compromised', by: 'countersign:sweep' } })
    expect(world.account.isRefused('ci-build', KEY)).toBe(true)
    const chain = await world.ports.record.list(incidentSubject(incident.id))
    expect(verifyChain(incidentSubject(incident.id), chain, incident.head)).toBeUndefined()
    expect(chain.at(-1)).toMatchObject({ actor: 'countersign:sweep', to: 'confirmed', why: 'nobody answered in 168 hours: keep' })
  })

  it('gives it back where the policy of its tier says so', async () => {
    const tiers = [{ name: 'builds', match: { arns: [arnOf('ci-*')] }, onExpiry: 'release' }]
    const { world, sweepAt, only } = await swept({ policy: { tiers } })
    await world.respond([exposed()])
    await sweepAt(60 * MINUTE)
    await sweepAt(168 * HOUR)
    expect((await only()).state).toBe('released')
    expect(world.account.authorizationDetails().AccessKeys).toEqual(oneUser().AccessKeys)
  })

  it('ends a question that nobody answered, and what was only watched', async () => {
    const asking = await swept({ policy: { mode: 'ask' } })
    await asking.world.respond([exposed()])
    await asking.sweepAt(60 * MINUTE)
    await asking.sweepAt(167 * HOUR)
    expect((await asking.only()).state).toBe('asking')
    await asking.sweepAt(168 * HOUR)
    expect((await asking.only()).state).toBe('expired')
    expect(await asking.world.ports.incidents.listOpen(10)).toEqual([])

    const watching = await swept({ policy: { thresholds: { notify: 25, ask: 95, contain: 99 } } })
    await watching.world.respond([call('iam:CreateUser', { id: 'w1', request: { userName: 'x' } })])
    expect((await watching.only()).state).toBe('watching')
    await watching.sweepAt(168 * HOUR)
    expect((await watching.only()).state).toBe('expired')
    expect(watching.asked.trace).toEqual([])
  })

  it('passes by what is closed or gone by now: the index may be behind', async () => {
    const { world, ports, asked, only } = await swept()
    await world.respond([exposed()])
    const incident = await only()
    const stale = (value: typeof incident | undefined) => ({
      ...world.ports.incidents,
      get: async () => (value === undefined ? undefined : { value, version: 1 }),
    })
    for (const state of ['released', 'confirmed', 'expired'] as const)
      await sweep({ ...ports, incidents: stale({ ...incident, state, updatedAt: 0 }) })
    expect(await sweep({ ...ports, incidents: stale(undefined) })).toBe(1)
    expect([asked.contain, asked.rotate]).toEqual([[], []])
    expect((await only()).state).toBe('contained')
  })

  it('asks for the tags where the policy names some, and says where there are more incidents than it can look after', async () => {
    const { world, ports, only } = await swept({
      policy: { tiers: [{ name: 'tagged', match: { tags: { tier: '0' } }, onExpiry: 'release' }] },
    })
    await world.respond([exposed()])
    const warned: string[] = []
    const incident = await only()
    const many = {
      ...world.ports.incidents,
      listOpen: async () => Array.from({ length: 1000 }, () => incident),
      get: async () => undefined,
    }
    const log = { info: () => {}, warn: (event: string) => void warned.push(event) }
    expect(await sweep({ ...ports, incidents: many, log })).toBe(1000)
    expect(warned).toEqual(['sweep.full'])
    for (const hours of [1, 168]) {
      world.setNow(NOW + hours * HOUR)
      await sweep(ports)
    }
    expect((await only()).state).toBe('confirmed')
  })

  it('leaves alone what a person has answered meanwhile', async () => {
    const { world, ports, only } = await swept()
    await world.respond([exposed()])
    const { id } = await only()
    const stored = await world.ports.incidents.get(id)
    if (stored === undefined) throw new Error('no incident')
    const record = {
      ...world.ports.record,
      async append(change: Parameters<typeof world.ports.record.append>[0]) {
        await world.ports.incidents.save(
          { ...stored.value, state: 'releasing', escalatedAt: NOW },
          (await world.ports.incidents.get(id))?.version ?? 0,
        )
        return world.ports.record.append(change)
      },
    }
    world.setNow(NOW + 168 * HOUR)
    await sweep({ ...ports, record })
    expect((await only()).state).toBe('releasing')
  })

  it('has an incident whose keys are made anew looked at by contain and by rotate', async () => {
    const { world, asked, sweepAt, only } = await swept()
    await world.respond([exposed()])
    const stored = await world.ports.incidents.get((await only()).id)
    if (stored === undefined) throw new Error('no incident')
    await world.ports.incidents.save({ ...stored.value, state: 'rotating' }, stored.version)
    await sweepAt(5 * MINUTE)
    expect([asked.contain, asked.rotate]).toEqual([[stored.value.id], [stored.value.id]])
  })
})
