import { copyTimedSet, emptyTimedSet, type TimedSet } from './timed-set.ts'

/** How many event ids an identity remembers: 400 × about 10 bytes as stored is about 4 KB of a 16 KB state. */
export const SEEN_LIMIT = 400

/**
 * Which signals were folded already: a ring of the newest event ids, and the time before which nothing can be known.
 *
 * A signal older than `horizon` may or may not have been folded; it must not change the state. So a duplicate is
 * either in the ring or before the horizon, and never counts twice, however late it comes. A late signal is still
 * judged against the state as it is, and its findings are kept: it only teaches nothing.
 *
 * The ring lies in blocks, oldest first, of which copies share all that nobody writes any more: a state is copied for every batch,
 * and most of it was this. A block ends with an id that ends one, so the same ids are always in the same blocks.
 */
export interface Seen {
  readonly blocks: TimedSet[]
  size: number
  horizon: number
}

export type Novelty = 'new' | 'duplicate' | 'too-late'

/** True of one id in 64: as many are in a block in the mean. */
const endsBlock = (id: number) => (id & 63) === 0

export function nothingSeen(): Seen {
  return { blocks: [], size: 0, horizon: 0 }
}

/** A copy that shares nothing that is still written with its origin: ids leave the first block and come to the last. */
export function copySeen({ blocks, size, horizon }: Seen): Seen {
  const last = blocks.length - 1
  return { blocks: blocks.map((block, at) => (at === 0 || at === last ? copyTimedSet(block) : block)), size, horizon }
}

/** The ids of the ring with their times, oldest first. */
export function timedSetOf({ blocks }: Seen): TimedSet {
  return { ids: blocks.flatMap(({ ids }) => ids), times: blocks.flatMap(({ times }) => times) }
}

/** The ring that holds these ids. */
export function seenOf({ ids, times }: TimedSet, horizon: number): Seen {
  const seen = { ...nothingSeen(), horizon }
  for (const [at, id] of ids.entries()) add(seen, id, times[at] as number)
  return seen
}

export function isSeen({ blocks }: Seen, id: number): boolean {
  for (const { ids } of blocks) if (ids.includes(id)) return true
  return false
}

export function noveltyOf(seen: Seen, id: number, time: number): Novelty {
  if (isSeen(seen, id)) return 'duplicate'
  return time < seen.horizon ? 'too-late' : 'new'
}

/** Adds an id; the oldest one leaves when the ring is full and moves the horizon. */
export function remember(seen: Seen, id: number, time: number): void {
  add(seen, id, time)
  if (seen.size <= SEEN_LIMIT) return
  const { blocks } = seen
  const first = blocks[0] as TimedSet
  first.ids.shift()
  seen.size -= 1
  // Strictly after the one that left: with whole-second event times its neighbours would be `new` again otherwise.
  seen.horizon = Math.max(seen.horizon, (first.times.shift() as number) + 1)
  if (first.ids.length > 0) return
  blocks.shift()
  blocks[0] = copyTimedSet(blocks[0] as TimedSet)
}

function add(seen: Seen, id: number, time: number): void {
  let last = seen.blocks[seen.blocks.length - 1]
  if (last === undefined || endsBlock(last.ids[last.ids.length - 1] as number)) {
    last = emptyTimedSet()
    seen.blocks.push(last)
  }
  last.ids.push(id)
  last.times.push(time)
  seen.size += 1
}
