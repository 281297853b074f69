import type { Moments } from './moments.ts'

/** How many event ids an identity remembers: 400 × about 10 bytes as stored is about 4 KB of a 16 KB state. */
export const SEEN_LIMIT = 400

/**
 * Which signals were folded already: a ring of the newest event ids, and the time before which nothing can be known.
 *
 * A signal older than `horizon` may or may not have been folded; it must not change the state. So a duplicate is
 * either in the ring or before the horizon, and never counts twice, however late it comes. A late signal is still
 * judged against the state as it is, and its findings are kept: it only teaches nothing.
 */
export interface Seen extends Moments {
  horizon: number
}

export type Novelty = 'new' | 'duplicate' | 'too-late'

export function noveltyOf(seen: Seen, id: number, time: number): Novelty {
  if (seen.ids.includes(id)) return 'duplicate'
  return time < seen.horizon ? 'too-late' : 'new'
}

/** Adds an id; the oldest one leaves when the ring is full and moves the horizon. */
export function remember(seen: Seen, id: number, time: number): void {
  seen.ids.push(id)
  seen.times.push(time)
  if (seen.ids.length <= SEEN_LIMIT) return
  seen.ids.shift()
  // Strictly after the one that left: with whole-second event times its neighbours would be `new` again otherwise.
  seen.horizon = Math.max(seen.horizon, (seen.times.shift() as number) + 1)
}
