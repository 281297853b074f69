import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Incident } from '../../shared/domain/incident.ts'
import { measure } from '../../shared/learn/measure/measure.ts'
import { ATTACK, embedded, NOW } from '../embedded.ts'

const world = await embedded({ policy: { breaker: { maxUserFraction: 1 } } })
for (const event of ATTACK) await world.respond([event])
const [sample] = await world.incidents()

const anyIncident = fc
  .record({
    id: fc.uuid(),
    openedAt: fc.integer({ min: NOW - 10_000, max: NOW + 10_000 }),
    containedAt: fc.option(fc.integer({ min: NOW - 10_000, max: NOW + 100_000 }), { nil: undefined }),
    priority: fc.integer({ min: 0, max: 100 }),
    state: fc.constantFrom('watching', 'asking', 'contained', 'released', 'confirmed', 'expired'),
    said: fc.option(fc.constantFrom('legitimate', 'compromised'), { nil: undefined }),
    saidAt: fc.integer({ min: NOW - 10_000, max: NOW + 100_000 }),
  })
  .map(({ said, saidAt, ...parts }) => {
    const answered = { risk: 50, baseRisk: 50, isConfirmed: false, shares: { 'new-country': 50 }, likelihood: null }
    const verdict =
      said === undefined ? undefined : { kind: said, by: 'local:anna', reason: 'r', at: new Date(saidAt).toISOString(), answered }
    return { incident: { ...sample, ...parts, verdict } as Incident, changes: [] }
  })

describe('measures', () => {
  it('do not depend on the order, count everything once, and stay inside their bounds', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyIncident, { maxLength: 12, selector: ({ incident }) => incident.id }), (chained) => {
        const period = { since: NOW - 5000, until: NOW + 5000 }
        const found = measure(chained, [], period)
        expect(measure([...chained].reverse(), [], period)).toEqual(found)
        const within = chained.filter(({ incident }) => incident.openedAt >= period.since && incident.openedAt < period.until)
        expect(found.incidents).toHaveLength(within.length)
        expect(Object.values(found.byState).reduce((sum, count) => sum + count, 0)).toBe(within.length)
        expect(Object.values(found.byAction).reduce((sum, count) => sum + count, 0)).toBe(within.length)
        for (const { count, median, ninetieth, worst, points } of Object.values(found.times)) {
          expect(points).toHaveLength(count)
          if (count === 0) expect([median, ninetieth, worst]).toEqual([null, null, null])
          else expect(0 <= (median ?? -1) && (median ?? 0) <= (ninetieth ?? 0) && (ninetieth ?? 0) <= (worst ?? 0)).toBe(true)
        }
        for (const { answered, compromised, share } of Object.values(found.precision)) {
          expect(compromised).toBeLessThanOrEqual(answered)
          expect(share === null ? answered : share >= 0 && share <= 1).toBe(share === null ? 0 : true)
        }
      }),
      { numRuns: 300 },
    )
  })
})
