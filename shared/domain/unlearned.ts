import { HALF_LIFE_DAYS } from './frequency.ts'
import { DAY_MS, HOUR_MS } from './time.ts'

/** The last two days on which new calls were not learned, in hours since 1970, the later one last; 0 where there was none. */
export type UnlearnedHours = readonly [number, number]

/** Adds a time (epoch ms) at which a new call was not learned. The hours of one day count as one. */
export function withUnlearned([before, last]: UnlearnedHours, at: number): UnlearnedHours {
  const hour = Math.floor(at / HOUR_MS)
  return hour - last < DAY_MS / HOUR_MS ? [before, Math.max(last, hour)] : [last, hour]
}

/**
 * True where new calls from before a time (epoch ms), within the half-life of a habit, were not learned: too many at once, or under a suspicion that passed. What
 * is done weekly is then not known.
 */
export function isUnlearned(hours: UnlearnedHours, at: number): boolean {
  const hour = Math.floor(at / HOUR_MS)
  return hours.some((unlearned) => unlearned < hour && hour - unlearned < HALF_LIFE_DAYS * 24)
}
