import { describe, expect, it } from 'vitest'
import { boundsFor } from '../../shared/domain/bounds.ts'
import { memoryChangeRecord } from '../../shared/memory/change-record.ts'
import { silentLog } from '../../shared/memory/log.ts'
import { memoryNotifier } from '../../shared/memory/notifier.ts'
import { readPolicy, seedPolicy } from '../../shared/record/policy-in-force.ts'
import { breakGlass, endOverride, OVERRIDE_LIMIT_MINUTES } from '../../shared/review/override.ts'
import { arnOf, NOW } from '../embedded.ts'

const by = arnOf('lead')
const MINUTE = 60_000

async function seeded() {
  let now = NOW
  const record = memoryChangeRecord()
  const clock = { now: () => now }
  await seedPolicy({ version: 2, mode: 'contain' }, { record, clock, log: silentLog })
  const notifier = memoryNotifier()
  const ports = { record, clock, notifier }
  return {
    ports,
    notices: notifier.notices,
    setNow: (time: number) => {
      now = time
    },
    start: (parts: object = {}) => breakGlass({ mode: 'observe', minutes: 60, by, reason: 'production stands still', ...parts }, ports),
    override: async () => (await readPolicy(record)).policy.override,
    mode: async () => boundsFor((await readPolicy(record)).policy, arnOf('ci'), {}, now).mode,
  }
}

describe('a break-glass override', () => {
  it('is a version of the policy with its mode, end, author and reason, and ends by itself', async () => {
    const { start, override, mode, setNow, ports } = await seeded()
    expect(await start()).toBe(new Date(NOW + 60 * MINUTE).toISOString())
    const until = new Date(NOW + 60 * MINUTE).toISOString()
    expect(await override()).toEqual({ mode: 'observe', until, by, reason: 'production stands still' })
    expect((await ports.record.list('POLICY')).at(-1)).toMatchObject({ number: 2, actor: by, why: 'override: production stands still' })
    expect(await mode()).toBe('observe')
    setNow(NOW + 60 * MINUTE)
    expect(await mode()).toBe('contain')
  })

  it('tells people who set it, why, until when, and how to end it', async () => {
    const { start, notices } = await seeded()
    const until = await start()
    expect(notices).toEqual([
      {
        incidentId: 'none',
        kind: 'override',
        priority: 100,
        title: `Override until ${until}: mode observe for everything`,
        body: `By ${by}\nWhy: production stands still\nEnd it: countersign override end --reason "…"`,
      },
    ])
  })

  it.each([1, 2, OVERRIDE_LIMIT_MINUTES])('may last %i minutes', async (minutes) => {
    const { start } = await seeded()
    expect(await start({ minutes })).toBe(new Date(NOW + minutes * MINUTE).toISOString())
  })

  it.each([0, -1, 0.5, 1.5, OVERRIDE_LIMIT_MINUTES + 1, Number.NaN, Number.POSITIVE_INFINITY])(
    'never lasts %d minutes',
    async (minutes) => {
      const { start, override, notices } = await seeded()
      await expect(start({ minutes })).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringContaining(`1 to 1440 whole minutes, got ${minutes}`),
      })
      expect([await override(), notices]).toEqual([undefined, []])
    },
  )

  it('needs a reason, and keeps 300 characters of a longer one', async () => {
    const { start, override } = await seeded()
    await expect(start({ reason: ' \n' })).rejects.toMatchObject({ code: 'usage' })
    expect(await override()).toBeUndefined()
    await start({ reason: 'x'.repeat(400) })
    expect((await override())?.reason).toBe('x'.repeat(300))
  })
})

describe('the end of an override', () => {
  it('before its time is in the record and told, and the policy is as it was', async () => {
    const { start, override, mode, ports, notices } = await seeded()
    const { policy } = await readPolicy(ports.record)
    await start()
    await endOverride({ by: arnOf('bob'), reason: 'all is well' }, ports)
    expect([await override(), await mode()]).toEqual([undefined, 'contain'])
    expect((await readPolicy(ports.record)).policy).toEqual(policy)
    expect((await ports.record.list('POLICY')).at(-1)).toMatchObject({ number: 3, actor: arnOf('bob'), why: 'override: all is well' })
    expect(notices.at(-1)).toMatchObject({
      title: 'The override has ended: the policy stands again',
      body: `By ${arnOf('bob')}\nWhy: all is well`,
    })
  })

  it('is refused where none is in force: none was set, or it has ended by itself', async () => {
    const { start, ports, setNow, notices } = await seeded()
    const end = () => endOverride({ by, reason: 'all is well' }, ports)
    await expect(end()).rejects.toMatchObject({ code: 'usage', message: 'no override is in force, so there is none to end' })
    await start()
    setNow(NOW + 60 * MINUTE)
    await expect(end()).rejects.toMatchObject({ code: 'usage' })
    expect(notices).toHaveLength(1)
    setNow(NOW + 60 * MINUTE - 1)
    await expect(end()).resolves.toBeUndefined()
  })
})
