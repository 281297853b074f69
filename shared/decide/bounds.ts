import { type Bounds, boundsFor, needsNames, needsTags } from '../domain/bounds.ts'
import { type NameHistory, withName, withNames } from '../domain/name-history.ts'
import type { Policy } from '../domain/policy.ts'
import type { Rename } from '../domain/rename.ts'
import { type Created, type Identity, isSamePrincipal } from '../domain/signal.ts'
import { tagChangesOf } from '../domain/tag-change.ts'
import type { RespondPorts } from '../ports/respond.ts'

interface Context {
  readonly policy: Policy
  readonly ports: Pick<RespondPorts, 'identities' | 'iam' | 'ownRoles' | 'clock'>
}

/** The names that a user had, by IAM's unique id and by its incident; read only where the policy may go by one of them. */
export async function namesOf(
  { id, principalId, kind }: Identity,
  { policy, ports }: Context,
  known: NameHistory = [],
): Promise<NameHistory | undefined> {
  const isRead = kind === 'iam-user' && principalId !== undefined && needsNames(policy, id)
  const stored = isRead ? (await ports.identities.loadNames([principalId])).get(principalId) : undefined
  if (stored?.unreadable !== undefined) throw stored.unreadable
  const names = withNames(stored?.value ?? [], known)
  if (names.length === 0) return undefined
  // Nobody has told of this name: nobody knows who gave it.
  const all = names.some(({ arn }) => arn === id) ? names : withName(names, { arn: id, since: ports.clock.now(), isDisregarded: false })
  return all.length > 1 ? all : undefined
}

/** The rename by which an incident's user has the name of a signal, where the signal is the first to say so. */
export function renameTo(
  now: Identity,
  before: Identity,
  { names, time }: { names: NameHistory | undefined; time: number },
): Rename | undefined {
  if (now.id === before.id || !isSamePrincipal(now, before) || names?.at(-1)?.arn !== now.id) return undefined
  return { from: before.name, to: now.name, arn: now.id, time }
}

/** What the policy says of an identity, by the names that it had and without the tags that its incident changed. `own`: the account of that incident's identity. */
export async function readBounds(
  identity: Identity,
  { policy, ports }: Context,
  {
    lineage,
    names,
    own = identity.account,
  }: { lineage: readonly (Created & { readonly account?: string })[]; names: NameHistory | undefined; own?: string },
): Promise<Bounds> {
  const tags = needsTags(policy) ? (await ports.iam.describe(identity))?.tags : {}
  const about = { ownRoles: ports.ownRoles, tagChanges: tagChangesOf(lineage, identity, own), names }
  return boundsFor(policy, identity.id, tags, ports.clock.now(), about)
}
