import * as z from 'zod'
import { ACCESS_FINDINGS, AccessFinding } from './access-finding.ts'
import { type BlastRadius, UNKNOWN_REACH } from './blast-radius.ts'
import type { Identity } from './signal.ts'
import { Points, type Shape, Time } from './stored.ts'
import { HOUR_MS, minuteText } from './time.ts'

/** The most reasons that are stored of an identity, and kept by an incident: the gravest come first. */
export const REACH_REASONS = 12

/** The longest text of a reason. Names of policies and roles stand in them, which people choose. */
const REASON_LENGTH = 300

/** The most tags of an identity, and the most characters of each: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html */
const TAGS_LIMIT = 50
const TAG_LENGTHS = { key: 128, value: 256 } as const

/** The most characters of a unique id: https://docs.aws.amazon.com/IAM/latest/APIReference/API_User.html */
const ID_LENGTH = 128

const Text = z.string().max(REASON_LENGTH)

/**
 * What an identity could break, as the inventory of a night found it: `score` 0 to 100. `at`, `since`: epoch milliseconds of that night, and of the first with this
 * score. `principalId`: IAM's unique id of whom it is of, because a name may be another's by now; absent where an older release wrote it, and where it is not
 * known. `before`: the score until then, and `gained` the reasons that were new with it; absent where it never changed. `tags`: its
 * tags that night; absent where an older release wrote it. `access`: what IAM Access Analyzer has found of it, the oldest first; absent where no analyzer could be asked.
 */
export const StoredReach = z
  .strictObject({
    id: z.string().max(2048),
    principalId: z.string().max(ID_LENGTH).exactOptional(),
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
  readonly principalId?: string | undefined
  readonly reach: number
  readonly reasons: readonly string[]
  readonly paths: readonly string[]
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly access?: readonly AccessFinding[] | undefined
}

/** What is stored after a night (epoch ms), given what was stored before. */
export function reachAfter(
  { id, principalId, reach, reasons, paths, tags, access }: FoundReach,
  before: StoredReach | undefined,
  at: number,
): StoredReach {
  // What somebody else of the name could break says nothing of how it changed.
  const known = before?.principalId === undefined || principalId === undefined || before.principalId === principalId ? before : undefined
  const now = {
    id,
    ...(principalId === undefined || principalId.length > ID_LENGTH ? {} : { principalId }),
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
  const { since, gained } = known
  return { ...now, since, ...(known.before === undefined ? {} : { before: known.before }), ...(gained === undefined ? {} : { gained }) }
}

/** From this age on reach says less than nothing: a night was left out, and half a day is kept for a run that is late. */
const STALE_MS = 36 * HOUR_MS

/** How the reasons begin that say why reach counts for the middle at least. */
export const STALE_REASON = 'its policies were last read at'
export const GRANTED_REASON = 'was given rights after its policies were read'

/**
 * The blast radius that the inventory gives at a time (epoch ms). Where that is old, or the identity was given rights since (epoch ms), it is the middle at least: rights that
 * nobody has read are no reason to take somebody for harmless.
 */
export function radiusOf({ score, reasons, at }: StoredReach, now: number, grantedAt?: number): BlastRadius {
  const doubts = [
    ...(grantedAt !== undefined && grantedAt > at ? [`${GRANTED_REASON}, at ${minuteText(grantedAt)}`] : []),
    ...(now - at > STALE_MS ? [`${STALE_REASON} ${minuteText(at)}`] : []),
  ]
  if (doubts.length === 0) return { score, basis: 'policies', reasons }
  return { score: Math.max(UNKNOWN_REACH, score), basis: 'policies', reasons: [...doubts, ...reasons].slice(0, REACH_REASONS) }
}

/** True where what is stored may be of an identity: of one of its names, and of nobody else who had it. */
export function isReachOf({ principalId }: StoredReach, identity: Pick<Identity, 'principalId'>): boolean {
  return principalId === undefined || identity.principalId === undefined || principalId === identity.principalId
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
