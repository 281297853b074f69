import { principalIn } from './arn.ts'
import { creationsOf, type Incident, type LineageEdge } from './incident.ts'
import { type NameHistory, withName } from './name-history.ts'
import type { Rename } from './rename.ts'

/** The most renames of one incident. Whoever renames more often is followed by the owner of the keys. */
const RENAMES_LIMIT = 20

/**
 * The incident under the new name of a user of it, or undefined where the user has no part in it or the rename is known. A call that is older than how
 * the user came by the name, or than the incident, renamed somebody else of that name.
 */
export function withRename(incident: Incident, rename: Rename): Incident | undefined {
  const { identity, lineage, openedAt, renames = [] } = incident
  const here = renames.filter(({ account }) => account === rename.account)
  if (here.some(({ to, time }) => to === rename.from && time > rename.time)) return undefined
  if (here.some(({ from, to, time }) => from === rename.from && to === rename.to && time === rename.time)) return undefined
  const isOwn = identity.kind === 'iam-user' && identity.name === rename.from && rename.account === undefined && rename.time >= openedAt
  const after = followed(lineage, [rename])
  if (!isOwn && after.every((edge, place) => edge === lineage[place])) return undefined
  return {
    ...incident,
    ...(isOwn ? { identity: { ...identity, id: rename.arn, name: rename.to }, names: namesAfter(incident, rename) } : {}),
    lineage: after,
    renames: [...renames, rename].slice(-RENAMES_LIMIT),
  }
}

/** Who renames a user during an incident of it, be it the intruder or somebody who helps, changes nothing of what the policy says of it. */
function namesAfter({ identity, openedAt, names }: Incident, { arn, time }: Rename): NameHistory {
  const before = names ?? [{ arn: identity.id, since: openedAt, isDisregarded: false }]
  return withName(before, { arn, since: Math.max(time, openedAt), isDisregarded: true })
}

/** A lineage under the names that its users have since: a call is delivered, or looked up, after the rename that followed it. */
export function followed(lineage: readonly LineageEdge[], renames: readonly Rename[] = []): readonly LineageEdge[] {
  return renames.reduce((edges: readonly LineageEdge[], rename) => edges.flatMap((edge) => followedBy(edge, rename)), lineage)
}

/** What a user of the old name was given after the rename is another's, and so is a user that was created by that name later. */
function followedBy(edge: LineageEdge, rename: Rename): readonly LineageEdge[] {
  const { id, kind, owner, account } = edge
  if (
    owner !== rename.from ||
    account !== rename.account ||
    kind === 'role' ||
    kind === 'backdoor' ||
    id.startsWith('iam:TagRole ') ||
    id.startsWith('iam:UntagRole ')
  )
    return [edge]
  const times = creationsOf(edge)
  const earlier = times.filter((time) => time <= rename.time)
  if (times.length > 0 && earlier.length === 0) return [edge]
  const moved = at(underNewName(edge, rename), earlier)
  return earlier.length === times.length ? [moved] : [moved, at(edge, times.slice(earlier.length))]
}

function at(edge: LineageEdge, times: readonly number[]): LineageEdge {
  const { time: _, recreatedAt: __, ...rest } = edge
  const [time, ...recreatedAt] = times
  return { ...rest, ...(time === undefined ? {} : { time }), ...(recreatedAt.length === 0 ? {} : { recreatedAt }) }
}

function underNewName(edge: LineageEdge, { to, arn }: Rename): LineageEdge {
  const { id, kind } = edge
  if (kind === 'console') return { ...edge, id: `console:${to}`, owner: to }
  if (kind !== 'user') return { ...edge, owner: to }
  return { ...edge, id: principalIn(id) === undefined ? `user:${to}` : arn, owner: to }
}
