import { describe, expect, it } from 'vitest'
import type { Incident } from '../../shared/domain/incident.ts'
import { UnreadableItem } from '../../shared/errors.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import type { SweepPorts } from '../../shared/ports/sweep.ts'
import { incidentSubject } from '../../shared/record/append.ts'
import { sweep } from '../../shared/review/sweep.ts'
import { incidentOf } from '../contract/samples.ts'
import { embedded, NOW } from '../embedded.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const idOf = (n: number) => `inc-${String(n).padStart(12, '0')}`

/** The sweep over stored incidents. Nothing that it calls does anything but count. */
async function sweptOver(incidents: Incident[], parts: Parameters<typeof embedded>[0] = {}) {
  const world = await embedded(parts)
  const store = memoryIncidentStore()
  for (const incident of incidents) await store.save(incident, 0)
  const called = { contain: [] as string[], rotate: [] as string[], backfill: [] as string[], paged: [] as string[] }
  const logged: [string, unknown][] = []
  const log = {
    info: (event: string, fields?: object) => void logged.push([event, fields]),
    warn: (event: string, fields?: object) => void logged.push([event, fields]),
  }
  const ports: SweepPorts = {
    ...world.ports,
    incidents: store,
    containInvoker: { contain: async (id) => void called.contain.push(id) },
    rotateInvoker: { rotate: async (id) => void called.rotate.push(id) },
    backfillQueue: { backfill: async (id) => void called.backfill.push(id) },
    pager: { notify: async ({ incidentId }) => void called.paged.push(incidentId) },
    log,
  }
  const now = async (n = 1) => (await store.get(idOf(n)))?.value
  return { ...world, ports, called, logged, store, now, events: () => logged.map(([event]) => event) }
}

const openIncident = (n: number, parts: Partial<Incident> = {}) =>
  incidentOf(idOf(n), { updatedAt: NOW, decidedBy: { signalId: 'e-1', time: NOW, origin: undefined }, ...parts })

describe('a sweep that meets a fault', () => {
  it('logs and counts the incident that it could not look after, by which an alarm goes off', async () => {
    const { ports, logged, store } = await sweptOver([openIncident(1), openIncident(2)])
    const incidents = { ...store, get: (id: string) => (id === idOf(1) ? Promise.reject(new TypeError('x')) : store.get(id)) }
    await sweep({ ...ports, incidents })
    expect(logged).toEqual([
      ['sweep.incident.failed', { incidentId: idOf(1), error: 'TypeError' }],
      ['sweep.done', { open: 2, asking: 2, failed: 1 }],
    ])
  })

  it('counts what cannot be read among what failed', async () => {
    const { ports, logged, store } = await sweptOver([openIncident(1)])
    const listOpen: typeof store.listOpen = (limit, onUnreadable) => {
      onUnreadable?.(new UnreadableItem('INCIDENT#x', 'state: unknown'))
      return store.listOpen(limit)
    }
    await sweep({ ...ports, incidents: { ...store, listOpen } })
    expect(logged).toEqual([
      ['sweep.incident.unreadable', { key: 'INCIDENT#x', issue: 'state: unknown' }],
      ['sweep.done', { open: 1, asking: 1, failed: 1 }],
    ])
  })
})

describe('the limits of a sweep', () => {
  it.each([
    [20, []],
    [21, [['sweep.lookups.put-off', { incidents: 1 }]]],
    [23, [['sweep.lookups.put-off', { incidents: 3 }]]],
  ])('request 20 look-ups: of %i incidents', async (count, warnings) => {
    const { ports, called, logged } = await sweptOver(Array.from({ length: count }, (_, n) => openIncident(n)))
    await sweep(ports)
    expect(called.backfill).toHaveLength(20)
    expect(logged).toEqual([['sweep.done', { open: count, asking: count, failed: 0 }], ...warnings])
  })

  it('are told where there are a thousand open incidents, and not one fewer', async () => {
    const { ports, logged, store } = await sweptOver([])
    for (const [count, isFull] of [
      [999, false],
      [1000, true],
    ] as const) {
      logged.length = 0
      await sweep({ ...ports, incidents: { ...store, listOpen: async () => Array.from({ length: count }, (_, n) => openIncident(n)) } })
      expect(logged.filter(([event]) => event === 'sweep.full')).toEqual(isFull ? [['sweep.full', { open: 1000 }]] : [])
    }
  })
})

describe('an incident that is stuck', () => {
  it.each(['containing', 'releasing'] as const)('while it is %s is started again after five minutes, not earlier', async (state) => {
    const { ports, called, setNow } = await sweptOver([openIncident(1, { state })])
    setNow(NOW + 5 * MINUTE - 1)
    await sweep(ports)
    expect(called.contain).toEqual([])
    setNow(NOW + 5 * MINUTE)
    await sweep(ports)
    expect(called.contain).toEqual([idOf(1)])
  })

  it('while its keys are rotated is left to contain where nothing can rotate', async () => {
    const { ports, called, logged } = await sweptOver([openIncident(1, { state: 'rotating' })])
    await sweep({ ...ports, rotateInvoker: undefined })
    expect(called.contain).toEqual([idOf(1)])
    expect(logged).toEqual([['sweep.done', { open: 1, asking: 0, failed: 0 }]])
  })
})

describe('people who do not answer', () => {
  const POLICY = { review: { escalateAfterMinutes: 30, pageAfterMinutes: 60 } }

  it('are reminded at the minute that the policy names, from the last decision, containment or extension on', async () => {
    for (const parts of [
      {},
      { decidedBy: { signalId: 'e-1', time: NOW - HOUR, origin: undefined }, containedAt: NOW },
      { decidedBy: { signalId: 'e-1', time: NOW - HOUR, origin: undefined }, extendedUntil: NOW },
    ]) {
      const { ports, setNow, now, called, events } = await sweptOver([openIncident(1, { state: 'contained', ...parts })], {
        policy: POLICY,
      })
      setNow(NOW + 30 * MINUTE - 1)
      await sweep(ports)
      expect((await now())?.escalatedAt).toBeUndefined()
      setNow(NOW + 30 * MINUTE)
      await sweep(ports)
      expect((await now())?.escalatedAt).toBe(NOW + 30 * MINUTE)
      setNow(NOW + 60 * MINUTE - 1)
      await sweep(ports)
      expect(called.paged).toEqual([])
      setNow(NOW + 60 * MINUTE)
      await sweep(ports)
      expect(called.paged).toEqual([idOf(1)])
      expect(events()).toContain('sweep.paged')
      setNow(NOW + 90 * MINUTE)
      await sweep(ports)
      expect(await now()).toMatchObject({ escalatedAt: NOW + 30 * MINUTE, pagedAt: NOW + 60 * MINUTE })
      expect(called.paged).toEqual([idOf(1)])
    }
  })
})

describe('an incident that is watched', () => {
  const WATCHED = openIncident(1, { state: 'watching' })

  it('expires a week after its last update, and the record says that nothing was new', async () => {
    const { ports, setNow, now, logged } = await sweptOver([WATCHED])
    setNow(NOW + 168 * HOUR - 1)
    await sweep(ports)
    expect((await now())?.state).toBe('watching')
    setNow(NOW + 168 * HOUR)
    await sweep(ports)
    expect((await now())?.state).toBe('expired')
    expect((await ports.record.list(incidentSubject(idOf(1)))).at(-1)).toMatchObject({
      actor: 'countersign:sweep',
      kind: 'state',
      target: `incident:${idOf(1)}`,
      from: 'watching',
      to: 'expired',
      why: 'nothing new in 168 hours',
    })
    expect(logged).toContainEqual(['sweep.expired', { incidentId: idOf(1), from: 'watching', to: 'expired' }])
  })

  it.each([
    ['after the end of an extension', { extendedUntil: NOW + 5 * HOUR }, 5 * HOUR],
    ['after its last update, where an extension ended earlier', { extendedUntil: NOW - 5 * HOUR }, 0],
  ])('expires a week %s', async (_, parts, later) => {
    const { ports, setNow, now } = await sweptOver([{ ...WATCHED, ...parts }])
    setNow(NOW + later + 168 * HOUR - 1)
    await sweep(ports)
    expect((await now())?.state).toBe('watching')
    setNow(NOW + later + 168 * HOUR)
    await sweep(ports)
    expect((await now())?.state).toBe('expired')
  })

  it('does not expire where evidence came in at that moment, by which people are asked now', async () => {
    const { ports, setNow, now, store } = await sweptOver([WATCHED])
    const append: typeof ports.record.append = async (entry) => {
      await store.save({ ...WATCHED, state: 'asking' }, 1)
      return ports.record.append(entry)
    }
    setNow(NOW + 168 * HOUR)
    await sweep({ ...ports, record: { ...ports.record, append } })
    expect((await now())?.state).toBe('asking')
  })
})

describe('an incident whose identity is gone by the time it expires', () => {
  it('is closed as the policy says for an identity without tags', async () => {
    const tiers = [{ name: 'tagged', match: { tags: { team: 'data' } }, onExpiry: 'release' }]
    const { ports, setNow, now, logged } = await sweptOver([openIncident(1, { state: 'contained' })], { policy: { tiers } })
    for (const hours of [1, 168]) {
      setNow(NOW + hours * HOUR)
      await sweep(ports)
    }
    expect((await now())?.state).toBe('confirmed')
    expect(logged).toContainEqual(['sweep.done', { open: 1, asking: 0, failed: 0 }])
  })
})
