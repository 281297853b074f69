import type { Clock } from '../ports/runtime.ts'

/** The clock of the machine. */
export const systemClock: Clock = { now: () => Date.now() }

/** A clock that stands at a time (epoch ms) until it is set to another. */
export function fixedClock(at: number): Clock & { set(at: number): void } {
  let time = at
  return {
    now: () => time,
    set(next) {
      time = next
    },
  }
}
