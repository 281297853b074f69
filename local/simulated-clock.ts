import type { Clock } from '../shared/ports/runtime.ts'

/** The clock of a history: it stands at the time of the event at hand, and only goes forward. */
export interface SimulatedClock extends Clock {
  /** Moves to a time, epoch milliseconds; an earlier one leaves the clock where it is. */
  moveTo(time: number): void
}

/** With `elapsed` (milliseconds of real work, such as `performance.now`) the clock also runs on from where it was moved to. */
export function simulatedClock(elapsed: () => number = () => 0): SimulatedClock {
  let base = 0
  let movedAt = 0
  return {
    moveTo(time) {
      if (time <= base) return
      base = time
      movedAt = elapsed()
    },
    now: () => base + (elapsed() - movedAt),
  }
}
