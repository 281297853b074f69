import type { Clock } from '../ports/runtime.ts'

/** The system clock. */
export const systemClock: Clock = { now: () => Date.now() }

/** A clock that stays at a time (epoch milliseconds) until it is set to another. */
export function fixedClock(at: number): Clock & { set(at: number): void } {
  let time = at
  return {
    now: () => time,
    set(next) {
      time = next
    },
  }
}
