import { copyTimedSet, emptyTimedSet, type TimedSet } from './timed-set.ts'

/** The most event ids that an identity remembers: 320 ids of about 10 bytes as stored are about 3 KB of a 16 KB state. */
export const SEEN_LIMIT = 320

/**
 * The signals that were folded already: the newest event ids, and the time before which ids are no longer known.
 *
 * A signal older than `horizon` (epoch ms) may or may not have been folded, so it must not change the baseline. A duplicate is either among
 * the ids or before the horizon, and therefore never counts twice, however late it comes. Detectors still see a late signal, and its
 * findings are kept as evidence; only the baseline does not learn from it.
 *
 * The ids are held in blocks, oldest first, and copies share the blocks that are no longer written to, because a state is copied for every
 * batch and the ids are most of it. Where a block ends depends on its last id alone, so the same ids always form the same blocks.
 */
export interface Seen {
  readonly blocks: TimedSet[]
  size: number
  horizon: number
}

/** `too-late`: older than the horizon, so a duplicate cannot be told from a new signal. */
export type Novelty = 'new' | 'duplicate' | 'too-late'

/** True for one id in 64, so a block holds 64 ids on average. */
const endsBlock = (id: number) => (id & 63) === 0

export function nothingSeen(): Seen {
  return { blocks: [], size: 0, horizon: 0 }
}

/** A copy that shares only unwritten blocks: ids are removed from the first block and added to the last, so those two are copied. */
export function copySeen({ blocks, size, horizon }: Seen): Seen {
  const last = blocks.length - 1
  return { blocks: blocks.map((block, at) => (at === 0 || at === last ? copyTimedSet(block) : block)), size, horizon }
}

/** The ids with their times, oldest first. */
export function timedSetOf({ blocks }: Seen): TimedSet {
  return { ids: blocks.flatMap(({ ids }) => ids), times: blocks.flatMap(({ times }) => times) }
}

/** The same signals as `timedSetOf` gave, in blocks again. */
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

/**
 * Adds an id. Where there would be more than `SEEN_LIMIT`, the oldest id is dropped and the horizon moves past its time, but never past `latest` (epoch ms):
 * a horizon in the future would make every true signal too late.
 */
export function remember(seen: Seen, id: number, time: number, latest = Number.POSITIVE_INFINITY): void {
  add(seen, id, time)
  if (seen.size <= SEEN_LIMIT) return
  const { blocks } = seen
  const first = blocks[0] as TimedSet
  first.ids.shift()
  seen.size -= 1
  // One millisecond past the dropped id: event times are whole seconds, and ids of that same second would count as `new` again otherwise.
  const dropped = first.times.shift() as number
  if (dropped <= latest) seen.horizon = Math.max(seen.horizon, dropped + 1)
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
