/** Distinct items, each held as a 53-bit hash with its newest time (epoch ms), in the order in which they were added. `mark` bounds the number. */
export interface TimedSet {
  readonly ids: number[]
  readonly times: number[]
}

export function emptyTimedSet(): TimedSet {
  return { ids: [], times: [] }
}

/** A copy that shares no mutable part with the original. */
export function copyTimedSet({ ids, times }: TimedSet): TimedSet {
  return { ids: ids.slice(), times: times.slice() }
}

/** Adds an item at a time (epoch ms), or renews its time. Where there would be more than `limit`, the one with the oldest time is dropped. */
export function mark({ ids, times }: TimedSet, what: string, { at, limit }: { at: number; limit: number }): void {
  const id = hashId(what)
  const row = ids.indexOf(id)
  if (row >= 0) {
    if (at > (times[row] as number)) times[row] = at
    return
  }
  if (ids.length >= limit) {
    const oldest = times.indexOf(Math.min(...times))
    ids.splice(oldest, 1)
    times.splice(oldest, 1)
  }
  ids.push(id)
  times.push(at)
}

/** Takes an item away, where it is there. */
export function unmark({ ids, times }: TimedSet, what: string): void {
  const row = ids.indexOf(hashId(what))
  if (row < 0) return
  ids.splice(row, 1)
  times.splice(row, 1)
}

/** A 53-bit hash of a text (cyrb53). Two of the 320 event ids of an identity collide with a chance of about 1 in 10¹¹. */
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
