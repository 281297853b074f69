import { describe, expect, it } from 'vitest'
import { emptyState, type IdentityState } from '../../shared/domain/identity-state.ts'
import type { Incident } from '../../shared/domain/incident.ts'
import { inventory } from '../../shared/learn/inventory.ts'
import { memoryIdentityStore } from '../../shared/memory/identity-store.ts'
import { memoryIncidentStore } from '../../shared/memory/incident-store.ts'
import { memoryLastUsedStore } from '../../shared/memory/last-used.ts'
import type { LastUsedAnswer } from '../../shared/ports/last-used.ts'
import { FINDING, incidentOf, user } from '../contract/samples.ts'
import { snapshotAt } from '../last-used.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const NIGHT = Date.UTC(2026, 1, 1, 2, 41)
const ROLE = (path: string) => `arn:aws:iam::123456789012:role/${path}`

/** A table with the baselines of these identities, and an IAM that answers by `answer`. */
async function world(ids: readonly string[], answer: (id: string, nth: number) => LastUsedAnswer | 'breaks' = () => taken()) {
  const [identities, incidents] = [memoryIdentityStore(), memoryIncidentStore()]
  let now = NIGHT
  const asked: string[] = []
  const warned: string[] = []
  const lastUsed = memoryLastUsedStore(identities)
  const ports = {
    identities,
    incidents,
    lastUsed,
    account: '123456789012',
    ownRoles: new Set([ROLE('Countersign-Role')]),
    source: {
      async take(id: string): Promise<LastUsedAnswer> {
        asked.push(id.slice(id.lastIndexOf('/') + 1))
        const given = answer(id, asked.length)
        if (given === 'breaks') throw new Error('refused')
        return given
      },
    },
    clock: { now: () => now },
    log: { info: () => {}, warn: (event: string) => void warned.push(event) },
  }
  const put = (id: string, parts: Partial<IdentityState> = {}) =>
    identities.saveState({ ...emptyState({ ...user('x'), id }), ...parts } as IdentityState, 0)
  for (const id of ids) await put(id)
  return {
    asked,
    warned,
    ports,
    put,
    run: () => inventory(ports, now + 12 * 60_000),
    snapshots: async (name: string) => (await lastUsed.read(user(name).id)).value?.snapshots ?? [],
    wait: (ms: number) => {
      now += ms
    },
  }
}

const taken = (hours = 6): LastUsedAnswer => ({ kind: 'taken', snapshot: snapshotAt(hours, { s3: 30 }) })
const named = (...names: readonly string[]) => names.map((name) => user(name).id)

describe('the nightly inventory', () => {
  it('asks about users and roles of the account that may be restricted, and about nobody else', async () => {
    const { run, asked } = await world([
      ...named('anna'),
      ROLE('deploy'),
      ROLE('team/build'),
      ROLE('aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport'),
      ROLE('aws-reserved/sso.amazonaws.com/AWSReservedSSO_admin_0123456789abcdef'),
      ROLE('Countersign-Role'),
      'arn:aws:iam::123456789012:root',
      'arn:aws:sts::123456789012:federated-user/eva',
      'arn:aws:iam::210987654321:user/other',
    ])
    expect(await run()).toEqual({ taken: 3, skipped: 0, failed: 0, left: 0 })
    expect(asked.sort()).toEqual(['anna', 'build', 'deploy'])
  })

  it('asks once a night, those first that were asked about longest ago', async () => {
    const { run, asked, wait, put } = await world(named('anna', 'berta'))
    await run()
    expect(await run()).toMatchObject({ taken: 0 })
    await put(user('carl').id)
    wait(HOUR)
    await run()
    wait(23.5 * HOUR)
    await run()
    expect(asked).toEqual(['anna', 'berta', 'carl', 'anna', 'berta', 'carl'])
  })

  it('takes no more than so many in one night, and begins the next with the others', async () => {
    const names = Array.from({ length: 520 }, (_, at) => `user-${String(at).padStart(3, '0')}`)
    const { run, asked, wait } = await world(named(...names))
    expect(await run()).toMatchObject({ taken: 500, left: 20 })
    wait(DAY)
    await run()
    expect(asked.slice(500, 520).sort()).toEqual(names.slice(500))
  })

  it('ends in time, and before IAM is throttled for others', async () => {
    const slow = await world(named('anna', 'berta', 'carl', 'dora'), () => {
      slow.wait(13 * 60_000)
      return taken()
    })
    expect((await slow.run()).left).toBeGreaterThan(0)
    const throttled = await world(named('anna', 'berta', 'carl', 'dora', 'emil'), () => ({ kind: 'throttled' }))
    expect(await throttled.run()).toMatchObject({ taken: 0, left: 5 })
    expect(throttled.warned).toContain('inventory.throttled')
    expect(throttled.asked.length).toBeLessThanOrEqual(3)
    // Who was refused has its turn again at once.
    expect(await throttled.run()).toMatchObject({ left: 5 })
  })

  it('keeps what it has of an identity that IAM does not answer for, and asks the others', async () => {
    const { run, asked, wait, snapshots } = await world(named('anna', 'berta'), (id, nth) =>
      nth > 2 && id.endsWith('anna') ? { kind: 'failed', why: 'job failed' } : taken(),
    )
    await run()
    wait(DAY)
    expect(await run()).toMatchObject({ taken: 1, failed: 1 })
    expect(await snapshots('anna')).toHaveLength(1)
    expect(await snapshots('berta')).toHaveLength(2)
    expect(asked).toHaveLength(4)
  })

  it('throws at the end where IAM refuses, after all the others, and the next run begins with none of them', async () => {
    const { run, asked, warned, wait } = await world(named('anna', 'berta', 'carl'), (id) => (id.endsWith('anna') ? 'breaks' : taken()))
    await expect(run()).rejects.toThrow('refused')
    expect(asked.sort()).toEqual(['anna', 'berta', 'carl'])
    expect(warned).toEqual(['inventory.failed'])
    expect(await run()).toMatchObject({ taken: 0, failed: 0 })
    wait(DAY)
    await expect(run()).rejects.toThrow('refused')
    const all = await world(named(...Array.from({ length: 30 }, (_, at) => `user-${at}`)), () => 'breaks')
    await expect(all.run()).rejects.toThrow('refused')
    expect(all.asked.length).toBeLessThan(10)
  })

  it('takes none of whom evidence of the last day is against, so that those from before are kept', async () => {
    const { run, asked, put, wait, snapshots } = await world([])
    const evidence = [{ ...FINDING, weight: 0.6, time: NIGHT - HOUR }]
    await put(user('suspect').id, { evidence })
    await put(user('quiet').id, { evidence: [{ ...FINDING, weight: 0.2, time: NIGHT - HOUR }] })
    expect(await run()).toMatchObject({ taken: 1, skipped: 1 })
    expect(asked).toEqual(['quiet'])
    wait(2 * DAY)
    await run()
    expect(await snapshots('suspect')).toHaveLength(1)
  })

  it.each([
    ['an incident that is open', { state: 'asking' }, 0],
    ['one that is watched', { state: 'watching' }, 0],
    ['a compromise that was confirmed a month ago', { state: 'confirmed', updatedAt: NIGHT - 30 * DAY }, 0],
    [
      'a compromise that was confirmed longer ago than what its intruder used counts',
      { state: 'confirmed', updatedAt: NIGHT - 91 * DAY },
      1,
    ],
    ['an incident that was released', { state: 'released' }, 1],
    ['an incident that expired', { state: 'expired' }, 1],
  ] as const)('goes by %s', async (_, parts, expected) => {
    const { run, ports } = await world(named('ci-deploy'))
    await ports.incidents.save(incidentOf('inc-1', parts as Partial<Incident>), 0)
    await ports.identities.setIncident(user('ci-deploy').id, 'inc-1', undefined)
    expect((await run()).taken).toBe(expected)
  })

  it('does the rest where a run broke off, whatever was written until then', async () => {
    const names = ['anna', 'berta', 'carl', 'dora']
    for (let crash = 1; crash <= 8; crash++) {
      const one = await world(named(...names))
      const { save } = one.ports.lastUsed
      let writes = 0
      Object.assign(one.ports.lastUsed, {
        async save(...parts: Parameters<typeof save>) {
          writes += 1
          if (writes >= crash) throw new Error('the function ended')
          return save(...parts)
        },
      })
      await one.run().catch(() => {})
      Object.assign(one.ports.lastUsed, { save })
      await one.run()
      for (const name of names) expect(await one.snapshots(name)).toHaveLength(1)
    }
  })
})
