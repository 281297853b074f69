import type { CloudTrailClient } from '@aws-sdk/client-cloudtrail'
import { describe, expect, it } from 'vitest'
import { cloudTrailHistory } from '../../shared/aws/event-history.ts'
import { LOOKUP_PAUSE_MS, LOOKUP_WORKERS } from '../../shared/ports/lookup.ts'

/** LookupEvents takes so many requests a second, account and region. */
const PER_SECOND = 2

/** How long CloudTrail takes for an answer, in milliseconds. */
const LATENCY_MS = 300

/** A clock that goes on to the next thing that waits. */
function simulation() {
  let now = 0
  const waiting: { at: number; go: () => void }[] = []
  return {
    now: () => now,
    wait: (ms: number) => new Promise<void>((go) => void waiting.push({ at: now + ms, go })),
    async runUntil(end: number) {
      for (;;) {
        // What was set going runs until it waits again.
        await new Promise((done) => setImmediate(done))
        waiting.sort((a, b) => a.at - b.at)
        const next = waiting[0]
        if (next === undefined || next.at > end) return
        waiting.shift()
        now = next.at
        next.go()
      }
    },
  }
}

describe('the look-ups of CloudTrail', () => {
  it('of an incident begin at once, while those of 1,000 new keys go on, and all together keep to two a second', async () => {
    const { now, wait, runUntil } = simulation()
    const requests: { at: number; of: string }[] = []
    const client = (of: string) =>
      ({
        async send() {
          requests.push({ at: now(), of })
          await wait(LATENCY_MS)
          // Every key has more than the ten pages that are read of it.
          return { Events: [], NextToken: 'more' }
        },
      }) as unknown as CloudTrailClient
    const queues: Record<'bootstrap' | 'backfill', string[]> = {
      bootstrap: Array.from({ length: 1000 }, (_, at) => `AKIA${at}`),
      backfill: [],
    }
    const worker = async (of: 'bootstrap' | 'backfill') => {
      for (;;) {
        const task = queues[of].shift()
        if (task === undefined) await wait(100)
        // Each task may be run by an instance of the function that has run none before.
        else await cloudTrailHistory(client(of), { pauseMs: LOOKUP_PAUSE_MS[of], now, wait }).lookup(task)
      }
    }
    for (const of of ['bootstrap', 'backfill'] as const) for (let at = 0; at < LOOKUP_WORKERS; at++) void worker(of)
    const asked = 10 * 60_000
    await runUntil(asked)
    expect(queues.bootstrap.length).toBeGreaterThan(900)
    queues.backfill.push('incident 1', 'incident 2', 'incident 3', 'incident 4')
    await runUntil(2 * asked)
    const started = requests.find(({ of }) => of === 'backfill')
    expect((started?.at ?? Number.POSITIVE_INFINITY) - asked).toBeLessThanOrEqual(1000)
    // The least that fits between two requests of one worker is its pause, so the sum of the rates is the bound.
    const rate = (pause: number) => (LOOKUP_WORKERS * 1000) / pause
    expect(rate(LOOKUP_PAUSE_MS.backfill) + rate(LOOKUP_PAUSE_MS.bootstrap)).toBeLessThanOrEqual(PER_SECOND)
    for (let from = 0; from < 2 * asked; from += 10_000) {
      const some = requests.filter(({ at }) => at >= from && at < from + 10_000)
      expect(some.length, `${from} ms`).toBeLessThanOrEqual(PER_SECOND * 10)
    }
    expect(requests.filter(({ of, at }) => of === 'bootstrap' && at > asked).length).toBeGreaterThan(300)
  })
})
