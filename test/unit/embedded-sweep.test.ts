import { describe, expect, it } from 'vitest'
import { type Every, embeddedSweep, sweepRegularly } from '../../local/embedded/sweep.ts'
import { HOUR_MS } from '../../shared/domain/time.ts'
import { ATTACK, embedded, NOW } from '../embedded.ts'

describe('the sweep of an embedded account', () => {
  it('ends an incident that asks and that nobody answered in time, and saves the account', async () => {
    const world = await embedded({ policy: { mode: 'ask' } })
    await world.respond(ATTACK)
    let saved = 0
    const sweep = embeddedSweep(world.ports, async () => {
      saved += 1
    })
    for (const hours of [1.5, 168]) {
      world.setNow(NOW + hours * HOUR_MS)
      await sweep()
    }
    expect((await world.incidents())[0]?.state).toBe('asking')
    world.setNow(NOW + 169 * HOUR_MS)
    await sweep()
    expect((await world.incidents())[0]?.state).toBe('expired')
    expect(saved).toBe(3)
    expect(world.notices.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['escalated', 'paged', 'expired']))
  })

  it('gives back what was contained where the policy says so', async () => {
    const world = await embedded({ policy: { review: { onExpiry: 'release' } } })
    await world.respond(ATTACK)
    for (const hours of [2, 169]) {
      world.setNow(NOW + hours * HOUR_MS)
      await embeddedSweep(world.ports, async () => {})()
    }
    expect((await world.incidents())[0]?.state).toBe('released')
  })
})

describe('while the account is open', () => {
  /** A timer that a test advances by hand. */
  function byHand() {
    let runs: (() => void)[] = []
    const periods: number[] = []
    const every: Every = (run, milliseconds) => {
      runs.push(run)
      periods.push(milliseconds)
      return () => {
        runs = []
      }
    }
    return {
      every,
      periods,
      advance: () => {
        for (const run of runs) run()
      },
    }
  }

  it('is swept at once and every five minutes, until it is closed', async () => {
    const { every, periods, advance } = byHand()
    let swept = 0
    const stop = await sweepRegularly(
      async () => {
        swept += 1
      },
      () => {},
      every,
    )
    expect([swept, periods]).toEqual([1, [300_000]])
    advance()
    expect(swept).toBe(2)
    stop()
    advance()
    expect(swept).toBe(2)
  })

  it('tells of a sweep that fails, and tries the next one', async () => {
    const { every, advance } = byHand()
    const told: unknown[] = []
    await sweepRegularly(
      () => Promise.reject(new Error('the table is busy')),
      (cause) => told.push(cause),
      every,
    )
    expect(told).toHaveLength(1)
    advance()
    await Promise.resolve()
    await Promise.resolve()
    expect(told).toHaveLength(2)
  })
})
