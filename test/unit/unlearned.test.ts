import { describe, expect, it } from 'vitest'
import { HALF_LIFE_DAYS } from '../../shared/domain/frequency.ts'
import { isUnlearned, withUnlearned } from '../../shared/domain/unlearned.ts'

const HOUR = 3_600_000

describe('the days on which new calls were not learned', () => {
  it.each<[string, readonly [number, number], hour: number, readonly [number, number]]>([
    ['the first', [0, 0], 1000, [0, 1000]],
    ['a later hour of the same day', [900, 1000], 1023, [900, 1023]],
    ['the same hour', [900, 1000], 1000, [900, 1000]],
    ['an earlier hour of the same day', [900, 1000], 990, [900, 1000]],
    ['the next day', [900, 1000], 1024, [1000, 1024]],
  ])('are the last two: %s', (_, hours, hour, after) => {
    expect(withUnlearned(hours, hour * HOUR)).toEqual(after)
    expect(withUnlearned(hours, hour * HOUR + HOUR - 1)).toEqual(after)
  })

  it('count for as long as a habit has its half-life, and not for the hour itself', () => {
    const at = (hour: number) => isUnlearned([0, 100_000], hour * HOUR)
    expect([at(100_000), at(100_001), at(100_000 + HALF_LIFE_DAYS * 24 - 1), at(100_000 + HALF_LIFE_DAYS * 24)]).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(isUnlearned([100_000, 0], 100_001 * HOUR)).toBe(true)
  })
})
