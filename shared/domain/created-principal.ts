import { accountOfEdge, creationsOf, type Incident, type LineageEdge } from './incident.ts'
import { type Identity, isOtherPrincipal, isSamePrincipal } from './signal.ts'

/** The unique ids of the user or role that an edge leads to, one for each time that it was created; undefined where one of them is not known. */
export function principalIdsOf(edge: LineageEdge): readonly string[] | undefined {
  const { principalId, recreatedIds = [] } = edge
  const ids = principalId === undefined ? recreatedIds : [principalId, ...recreatedIds]
  return ids.length > 0 && ids.length >= creationsOf(edge).length ? ids : undefined
}

/**
 * True where an edge leads to a user or role of this name in its account, and not to another one that had the name before or has it since. `own` is the
 * identity of the edge's incident.
 */
export function leadsTo(
  edge: LineageEdge,
  { kind, name, account, principalId }: Pick<Identity, 'kind' | 'name' | 'account' | 'principalId'>,
  own: Pick<Identity, 'account'>,
): boolean {
  const created = kind === 'role' ? 'role' : 'user'
  if (edge.kind !== created || edge.owner !== name || accountOfEdge(edge, own) !== account) return false
  const ids = principalId === undefined ? undefined : principalIdsOf(edge)
  return ids === undefined || ids.includes(principalId as string)
}

/** True where an identity is the incident's own: by its name, unless the unique ids say that another one has the name, or by its unique id under another. */
export function isAbout({ identity: own }: Pick<Incident, 'identity'>, identity: Identity): boolean {
  return (own.id === identity.id && !isOtherPrincipal(own, identity)) || isSamePrincipal(own, identity)
}

/** True where an incident is about users or roles of this name in this account, and by their unique ids about others than this one. */
export function isAboutOthers({ identity, lineage }: Pick<Incident, 'identity' | 'lineage'>, caller: Identity): boolean {
  const created = caller.kind === 'role' ? 'role' : 'user'
  const edges = lineage.filter(
    (edge) => edge.kind === created && edge.owner === caller.name && accountOfEdge(edge, identity) === caller.account,
  )
  const isOwnName = identity.kind === caller.kind && identity.name === caller.name && identity.account === caller.account
  const isOwn = isOwnName && !isOtherPrincipal(identity, caller)
  return (isOwnName || edges.length > 0) && !isOwn && !edges.some((edge) => leadsTo(edge, caller, identity))
}
