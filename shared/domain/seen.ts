/** How many event ids an identity remembers: 256 × 15 bytes as stored is under 4 KB of a 16 KB state. */
export const SEEN_LIMIT = 256

/**
 * Which signals were folded already: a ring of the newest event ids, and the time before which nothing can be known.
 *
 * A signal older than `horizon` may or may not have been folded; it must not change the state. So a duplicate is
 * either in the ring or before the horizon, and never counts twice, however late it comes. A late signal is still
 * judged against the state as it is: it is not lost, it only teaches nothing.
 */
export interface Seen {
  readonly ids: Map<number, number>
  horizon: number
}

export type Novelty = 'new' | 'duplicate' | 'too-late'

export function noveltyOf(seen: Seen, id: number, time: number): Novelty {
  if (seen.ids.has(id)) return 'duplicate'
  return time < seen.horizon ? 'too-late' : 'new'
}

/** Adds an id; the oldest one leaves when the ring is full and moves the horizon. */
export function remember(seen: Seen, id: number, time: number): void {
  seen.ids.set(id, time)
  if (seen.ids.size <= SEEN_LIMIT) return
  const oldest = seen.ids.entries().next().value as [number, number]
  seen.ids.delete(oldest[0])
  // Strictly after the one that left: with whole-second event times its neighbours would be `new` again otherwise.
  seen.horizon = Math.max(seen.horizon, oldest[1] + 1)
}

/** A 53-bit hash of an event id (cyrb53). Two different ids of one identity collide about once in 10¹⁰ windows. */
export function hashId(id: string): number {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let at = 0; at < id.length; at++) {
    const code = id.charCodeAt(at)
    high = Math.imul(high ^ code, 2654435761)
    low = Math.imul(low ^ code, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return 4294967296 * (2097151 & low) + (high >>> 0)
}
