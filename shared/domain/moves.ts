import * as z from 'zod'
import { orAbsent, type Shape, Time } from './stored.ts'
import { DAY_MS, MINUTE_MS } from './time.ts'

/**
 * One identity that came to an address range that was new to it. `principal` is IAM's unique id, or the ARN where that is not known; `since` its first call from
 * there and `elsewhere` its last one from a usual place, as far as they are known (epoch ms).
 */
const Move = z.strictObject({ principal: z.string(), identity: z.string(), since: Time, elsewhere: orAbsent(Time) }).readonly()
export type Move = z.infer<typeof Move>

/**
 * The identities that lately came to one address range that was new to them, in the order of their principals. `harmedAt`: when somebody who called from there
 * did harm last, or was likely not the owner.
 */
export const Moves = z.strictObject({ moves: z.array(Move).readonly(), harmedAt: orAbsent(Time) }).readonly()
export type Moves = z.infer<typeof Moves>

/** How the moves to one range are stored. */
export const MOVES_SHAPE: Shape<Moves> = { version: 1, schema: Moves, migrations: new Map() }

export const NO_MOVES: Moves = { moves: [], harmedAt: undefined }

/** What one signal says of the range. A note without `since` says where a known one is by now, and adds none. */
export interface MoveNote {
  readonly move?: Omit<Move, 'since'> & { readonly since: number | undefined }
  readonly harmedAt?: number
}

/** The most identities that are remembered of a range. Many more than are needed, and few enough for one item. */
const MOVES_LIMIT = 64

/** What is older than this, by the newest that is known of the range, is forgotten. Milliseconds. */
export const MOVES_KEPT_MS = 3 * DAY_MS

/** Identities move together when their first calls from the new range are this close. Milliseconds. */
export const TOGETHER_MS = DAY_MS

/** The calls that a network still finishes over the old way when it is switched to a new one. Milliseconds. */
const OVERLAP_MS = 10 * MINUTE_MS

/** So many others have to have moved: who has one key, or two, moves no four identities. */
const OTHERS_NEEDED = 3

/**
 * Adds what one signal says. It takes the earliest and the latest of each time and forgets by the newest of all, so notes may come in any order and any number
 * of times. Beyond the limit the newest are kept, which are as many as are needed.
 */
export function withNote({ moves, harmedAt }: Moves, { move, harmedAt: harmed }: MoveNote): Moves {
  const before = moves.find(({ principal }) => principal === move?.principal)
  const since = least(before?.since, move?.since)
  const one =
    move === undefined || since === undefined ? before : { ...move, since, elsewhere: greatest(before?.elsewhere, move.elsewhere) }
  const all = one === undefined ? moves : [...moves.filter((other) => other !== before), one]
  const newest = Math.max(...all.map((each) => each.since), harmedAt ?? 0, harmed ?? 0)
  const kept = all
    .filter((each) => newest - each.since <= MOVES_KEPT_MS)
    .sort((a, b) => b.since - a.since || byPrincipal(a, b))
    .slice(0, MOVES_LIMIT)
    .sort(byPrincipal)
  const lastHarm = greatest(harmedAt, harmed)
  return { moves: kept, harmedAt: lastHarm !== undefined && newest - lastHarm <= MOVES_KEPT_MS ? lastHarm : undefined }
}

/** True where both say the same. */
export function areSameMoves(a: Moves, b: Moves): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/**
 * The others with whom an identity moved to the range; undefined where it did not move, or not with enough others.
 *
 * Only who left counts: whoever still calls from a usual place has not moved, and somebody else may call from the new one. After harm from the range nobody counts.
 */
export function movedTogether({ moves, harmedAt }: Moves, principal: string): readonly Move[] | undefined {
  const own = moves.find((move) => move.principal === principal)
  if (own === undefined || !hasLeft(own) || harmedAt !== undefined) return undefined
  const others = moves.filter((move) => move !== own && hasLeft(move) && Math.abs(move.since - own.since) <= TOGETHER_MS)
  return others.length >= OTHERS_NEEDED ? others : undefined
}

function hasLeft({ since, elsewhere }: Move): boolean {
  return elsewhere === undefined || elsewhere - since <= OVERLAP_MS
}

function byPrincipal(a: Move, b: Move): number {
  return a.principal < b.principal ? -1 : 1
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}

function greatest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)
}
