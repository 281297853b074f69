import * as z from 'zod'
import type { BlastRadius } from './blast-radius.ts'
import { Points, type Shape, Time } from './stored.ts'

/** The most reasons, and names of paths, that are stored of an identity: the gravest come first. */
export const REACH_REASONS = 12

/** The longest text of a reason. Names of policies and roles stand in them, which people choose. */
const REASON_LENGTH = 300

const Text = z.string().max(REASON_LENGTH)

/**
 * What an identity could break, as the inventory of a night found it: `score` 0 to 100. `at`, `since`: epoch milliseconds of that night, and of the first with this
 * score. `before`: the score until then, and `gained` the reasons that were new with it; absent where it never changed.
 */
export const StoredReach = z
  .strictObject({
    id: z.string().max(2048),
    score: Points,
    reasons: z.array(Text).max(REACH_REASONS).readonly(),
    paths: z.array(z.string().max(64)).max(200).readonly(),
    at: Time,
    since: Time,
    before: Points.exactOptional(),
    gained: z.array(Text).max(REACH_REASONS).readonly().exactOptional(),
  })
  .readonly()
export type StoredReach = z.infer<typeof StoredReach>

export const REACH_SHAPE: Shape<StoredReach> = { version: 1, schema: StoredReach, migrations: new Map() }

/** What a night found of an identity. */
export interface FoundReach {
  readonly id: string
  readonly reach: number
  readonly reasons: readonly string[]
  readonly paths: readonly string[]
}

/** What is stored after a night (epoch ms), given what was stored before. */
export function reachAfter({ id, reach, reasons, paths }: FoundReach, known: StoredReach | undefined, at: number): StoredReach {
  const now = { id, score: reach, reasons: reasons.slice(0, REACH_REASONS).map(clipped), paths: paths.slice(0, 200), at }
  if (known === undefined) return { ...now, since: at }
  if (known.score !== reach) {
    const gained = now.reasons.filter((reason) => !known.reasons.includes(reason))
    return { ...now, since: at, before: known.score, gained }
  }
  const { since, before, gained } = known
  return { ...now, since, ...(before === undefined ? {} : { before }), ...(gained === undefined ? {} : { gained }) }
}

/** The blast radius that the inventory gives. */
export function radiusOf({ score, reasons }: StoredReach): BlastRadius {
  return { score, basis: 'policies', reasons }
}

function clipped(reason: string): string {
  return reason.length > REASON_LENGTH ? `${reason.slice(0, REASON_LENGTH - 1)}…` : reason
}
