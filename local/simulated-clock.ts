import type { Clock } from '../shared/ports/runtime.ts'

/** The clock of a replayed history: it shows the time of the current event and never goes back. */
export interface SimulatedClock extends Clock {
  /** Moves to a time, epoch milliseconds; an earlier one leaves the clock where it is. */
  moveTo(time: number): void
}

/**
 * Makes the clock. With `elapsed` (milliseconds, such as `performance.now`) real time is added to the time of the event, at most as much as `most` says at the moment: a story
 * whose calls are a second apart does not get later because the machine is slow.
 */
export function simulatedClock(elapsed: () => number = () => 0, most: () => number = () => Number.POSITIVE_INFINITY): SimulatedClock {
  let base = 0
  let movedAt = 0
  return {
    moveTo(time) {
      if (time <= base) return
      base = time
      movedAt = elapsed()
    },
    now: () => base + Math.min(elapsed() - movedAt, most()),
  }
}
