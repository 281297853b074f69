import { describe, expect, it } from 'vitest'
import { EVENT_VISIBILITY_SECONDS, MOST_RECEIVES } from '../../shared/ports/deliveries.ts'
import { BEFORE, DEPLOYED } from '../load/design.ts'
import { rowOf } from '../load/report.ts'
import { burst, crowd, type Load, rampage, run, runOften, withExposures } from '../load/scenarios.ts'

const VISIBILITY_MS = 1000 * EVENT_VISIBILITY_SECONDS

/** The longest that a message of the load took from its sending to its decision, in milliseconds. */
const longest = (messages: readonly { readonly sentAt: number; readonly decidedAt: number | undefined }[]) =>
  Math.max(...messages.map(({ sentAt, decidedAt }) => (decidedAt ?? Number.POSITIVE_INFINITY) - sentAt))

describe('a burst of one identity', () => {
  it('is never lost, never waits for the visibility timeout, and wastes at most a twentieth of its writes', async () => {
    const outcome = await runOften(burst(1000), DEPLOYED, { seed: 1, times: 5 })
    expect(longest(outcome.messages)).toBeLessThan(5000)
    expect(rowOf(outcome)).toMatchObject({ lost: 0, lateOfSent: 0, timeouts: 0 })
    expect(rowOf(outcome).wastedShare).toBeLessThanOrEqual(0.05)
  })

  it('would wait for it with three attempts at once and no bound on the workers', async () => {
    const outcome = await run(burst(100), BEFORE, 1)
    expect(longest(outcome.messages)).toBeGreaterThan(VISIBILITY_MS)
    expect(rowOf(outcome).wastedShare).toBeGreaterThan(0.3)
  })

  it('is not lost or late either where each call is evidence and joins one incident', async () => {
    const outcome = await run(rampage(200, 100), DEPLOYED, 1)
    expect(longest(outcome.messages)).toBeLessThan(5000)
    expect(rowOf(outcome).lost).toBe(0)
  })

  it('is handled within seconds where many identities call at once', async () => {
    const row = rowOf(await run(crowd(5000, { users: 1000, perSecond: 2000, seed: 1 }), DEPLOYED, 1))
    expect(row).toMatchObject({ lost: 0, lateOfHanded: 0 })
    expect(row.wastedShare).toBeLessThanOrEqual(0.05)
  })

  it('delays the containment of no other key that is confirmed as exposed', async () => {
    const alone = rowOf(await run(withExposures(burst(1), 20, 100), DEPLOYED, 1))
    const flooded = rowOf(await run(withExposures(burst(2000), 20, 100), DEPLOYED, 1))
    expect(flooded.contain).toBeLessThanOrEqual(1.5 * (alone.contain ?? 0))
  })

  it('goes the same way each time that it is simulated', async () => {
    const [first, second] = [await run(burst(100), DEPLOYED, 7), await run(burst(100), DEPLOYED, 7)]
    expect(rowOf(second)).toEqual(rowOf(first))
  })
})

describe('a message that cannot be processed', () => {
  it('ends in the dead-letter queue within an hour, after as many deliveries as the queue allows, and holds up no other', async () => {
    const good = burst(50)
    const poison: Load = { ...good, events: [...good.events, { lane: 'hot', atMs: 0, body: () => ({ no: 'event' }) }] }
    const { messages, tookMs } = await run(poison, DEPLOYED, 1)
    const dead = messages.filter(({ isDead }) => isDead)
    expect(dead.map(({ id, receives }) => [id, receives])).toEqual([['e50', MOST_RECEIVES]])
    expect(tookMs).toBeLessThan(3_600_000)
    expect(longest(messages.filter(({ isDead }) => !isDead))).toBeLessThan(5000)
  })
})
