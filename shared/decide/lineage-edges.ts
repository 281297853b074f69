import { principalIn } from '../domain/arn.ts'
import type { Issued } from '../domain/credential-window.ts'
import { creationsOf, edgeKey, type LineageEdge } from '../domain/incident.ts'
import type { Created, Identity, Signal } from '../domain/signal.ts'

/** Lineage edges for what the call created and for what its credential had issued before it was suspected. Each says its account. */
export function edgesOf({ created, credential, id, time, identity }: Signal, made: readonly Issued[]): LineageEdge[] {
  const placed = <T extends Created>(one: T) => ({ ...one, account: accountOf(one, identity) })
  const before = made.map((issued) => ({ ...placed(issued), parent: credential.id }))
  if (created === undefined) return before
  // The window has one row for what was created twice; the call itself says which of the two it made.
  return [...before.filter((edge) => edge.id !== created.id), { ...placed(created), parent: credential.id, signalId: id, time }]
}

/** The account of what a call created: of a session that of its role, and of all else that of the caller, since IAM creates nothing elsewhere. */
function accountOf({ kind, owner }: Created, { account }: Identity): string {
  return (kind === 'session' ? principalIn(owner)?.account : undefined) ?? account
}

/** Edges as an incident of this identity stores them: those of its own account say none. */
export function storedEdges(edges: readonly LineageEdge[], { account: own }: Pick<Identity, 'account'>): LineageEdge[] {
  return edges.map((edge) => {
    const { account, ...rest } = edge
    return account === own ? rest : edge
  })
}

/**
 * Appends edges up to the limit of each kind, so that many sessions cannot crowd out a created user. Tokens of the identity itself count apart: its own
 * deny ends them, and whoever asks for a hundred must not crowd out the sessions of roles. Another call that created a user or role that is known
 * adds its time.
 */
export function withEdges(known: readonly LineageEdge[], more: readonly LineageEdge[], identity: Identity): readonly LineageEdge[] {
  const { name } = identity
  const edges = new Map(known.map((edge) => [edgeKey(edge), edge]))
  const counted = (edge: LineageEdge) => (isOwnToken(edge, name) ? 'own token' : edge.kind)
  const counts = new Map<string, number>()
  for (const edge of known) counts.set(counted(edge), (counts.get(counted(edge)) ?? 0) + 1)
  let isChanged = false
  for (const edge of storedEdges(more, identity)) {
    const before = edges.get(edgeKey(edge))
    const count = (counts.get(counted(edge)) ?? 0) + 1
    const isFull = before === undefined && count > EDGES_PER_KIND_LIMIT
    const displaced = isFull ? displacedBy(edge, [...edges.values()], name) : undefined
    if (displaced !== undefined) {
      edges.delete(edgeKey(displaced))
      counts.set(counted(edge), count - 2)
    }
    const after = before === undefined ? (isFull && displaced === undefined ? undefined : edge) : recreated(before, edge)
    if (after === undefined) continue
    if (before === undefined) counts.set(counted(edge), (counts.get(counted(edge)) ?? 0) + 1)
    edges.set(edgeKey(edge), after)
    isChanged = true
  }
  return isChanged ? [...edges.values()] : known
}

function isOwnToken({ kind, owner, account }: LineageEdge, name: string): boolean {
  return kind === 'session' && owner === name && account === undefined
}

/** True where an incident may have more sessions of roles than it stores. */
export function isFullOfSessions(lineage: readonly LineageEdge[], { name }: Identity): boolean {
  return lineage.filter((edge) => edge.kind === 'session' && !isOwnToken(edge, name)).length >= EDGES_PER_KIND_LIMIT
}

/**
 * Which session gives way to the first one of a role that has none: the newest of the role with the most. Whoever assumes a hundred harmless sessions of one role
 * must not keep the next role out. Undefined where the role is known, or each role has one session only.
 */
function displacedBy(edge: LineageEdge, known: readonly LineageEdge[], name: string): LineageEdge | undefined {
  if (edge.kind !== 'session' || isOwnToken(edge, name)) return undefined
  const roleOf = ({ owner }: LineageEdge) => owner.slice(0, owner.lastIndexOf('/'))
  const sessions = known.filter((one) => one.kind === 'session' && !isOwnToken(one, name))
  const byRole = [...Map.groupBy(sessions, roleOf)]
  if (byRole.some(([role]) => role === roleOf(edge))) return undefined
  const [, most = []] = byRole.toSorted(([, a], [, b]) => b.length - a.length)[0] ?? []
  return most.length > 1 ? most.at(-1) : undefined
}

/** Edges of each kind that an incident stores. They bound the stored item when an intruder creates many. */
const EDGES_PER_KIND_LIMIT = 100

/**
 * The most times of one edge. IAM shows the creation that counts, the last one; the others are kept because calls are delivered out of order. Whoever
 * deletes and creates by a script needs some seconds for it, and the disorder of CloudTrail is one of minutes.
 */
const RECREATED_LIMIT = 20

/**
 * The edge with another call that created the same user or role, or undefined where that call is known: by the unique id that IAM gave, since several calls
 * may have one second, else by its time. Where calls are left out, or one says no id, the ids are no longer all: then none of them is kept, and the dates count.
 */
function recreated(edge: LineageEdge, { kind, time, principalId }: LineageEdge): LineageEdge | undefined {
  if ((kind !== 'user' && kind !== 'role') || time === undefined) return undefined
  const { principalId: first, recreatedIds = [], recreatedAt = [], ...rest } = edge
  const ids = first === undefined ? recreatedIds : [first, ...recreatedIds]
  if (principalId === undefined ? creationsOf(edge).includes(time) : ids.includes(principalId)) return undefined
  const times = [...recreatedAt, time].sort((a, b) => a - b).slice(-RECREATED_LIMIT)
  if (times.length > recreatedAt.length && principalId !== undefined && ids.length >= creationsOf(edge).length)
    return { ...edge, recreatedAt: times, recreatedIds: [...recreatedIds, principalId] }
  const isNew = times.includes(time) || first !== undefined || recreatedIds.length > 0
  return isNew ? { ...rest, recreatedAt: times } : undefined
}
