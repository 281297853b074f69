import * as z from 'zod'
import { ACCESS_FINDINGS, AccessFinding } from './access-finding.ts'
import type { BlastRadius } from './blast-radius.ts'
import { Points, type Shape, Time } from './stored.ts'

/** The most reasons that are stored of an identity, and kept by an incident: the gravest come first. */
export const REACH_REASONS = 12

/** The longest text of a reason. Names of policies and roles stand in them, which people choose. */
const REASON_LENGTH = 300

/** The most tags of an identity, and the most characters of each: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html */
const TAGS_LIMIT = 50
const TAG_LENGTHS = { key: 128, value: 256 } as const

const Text = z.string().max(REASON_LENGTH)

/**
 * What an identity could break, as the inventory of a night found it: `score` 0 to 100. `at`, `since`: epoch milliseconds of that night, and of the first with this
 * score. `before`: the score until then, and `gained` the reasons that were new with it; absent where it never changed. `tags`: its
 * tags that night; absent where an older release wrote it. `access`: what IAM Access Analyzer has found of it, the oldest first; absent where no analyzer could be asked.
 */
export const StoredReach = z
  .strictObject({
    id: z.string().max(2048),
    score: Points,
    reasons: z.array(Text).max(REACH_REASONS).readonly(),
    paths: z.array(z.string().max(64)).max(200).readonly(),
    tags: z.record(z.string().max(TAG_LENGTHS.key), z.string().max(TAG_LENGTHS.value)).readonly().exactOptional(),
    access: z.array(AccessFinding).max(ACCESS_FINDINGS).readonly().exactOptional(),
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
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly access?: readonly AccessFinding[] | undefined
}

/** What is stored after a night (epoch ms), given what was stored before. */
export function reachAfter(
  { id, reach, reasons, paths, tags, access }: FoundReach,
  known: StoredReach | undefined,
  at: number,
): StoredReach {
  const now = {
    id,
    score: reach,
    reasons: reasons.slice(0, REACH_REASONS).map(clipped),
    paths: paths.slice(0, 200),
    ...(tags === undefined ? {} : { tags: boundedTags(tags) }),
    ...(access === undefined ? {} : { access: oldestFirst(access).slice(0, ACCESS_FINDINGS) }),
    at,
  }
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

/** Tags as IAM limits them: what is longer or more than that is none of IAM. */
function boundedTags(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const isTag = ([key, value]: readonly [string, string]) => key.length <= TAG_LENGTHS.key && value.length <= TAG_LENGTHS.value
  return Object.fromEntries(Object.entries(tags).filter(isTag).slice(0, TAGS_LIMIT))
}

function oldestFirst(access: readonly AccessFinding[]): readonly AccessFinding[] {
  return access.toSorted((a, b) => (a.since ?? 0) - (b.since ?? 0) || (a.type < b.type ? -1 : 1))
}

function clipped(reason: string): string {
  return reason.length > REASON_LENGTH ? `${reason.slice(0, REASON_LENGTH - 1)}…` : reason
}
