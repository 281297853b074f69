import { type NameHistory, withNames } from '../domain/name-history.ts'
import { isOfItself, isRename, ownNewArn, renamedIn, withOtherName } from '../domain/rename.ts'
import { type Identity, type Signal, text } from '../domain/signal.ts'
import { ResponderError } from '../errors.ts'
import type { Iam } from '../ports/iam.ts'
import type { IdentityStore, StoredIdentity } from '../ports/stores.ts'

/** How often the names of a user are written while another responder writes them. */
const ATTEMPTS = 5

/** What is stored of identities, and of the other names that users of a batch had, by their ARNs; with the names by the unique ids. */
export interface Followed {
  readonly histories: ReadonlyMap<string, NameHistory>
  readonly earlier: ReadonlyMap<string, StoredIdentity>
}

type Ports = { readonly identities: IdentityStore; readonly iam: Pick<Iam, 'describe'> }

/**
 * Remembers under IAM's unique id which names the users of a batch have, where that is news, and reads what is stored under their other names. A user
 * that is renamed stays the same: it keeps its keys, its habits, the evidence against it, and what the policy says of it.
 *
 * No round trip for a batch without new names and renames.
 */
export async function followNames(
  signals: readonly Signal[],
  stored: ReadonlyMap<string, StoredIdentity>,
  ports: Ports,
): Promise<Followed> {
  const { identities } = ports
  const news = new Map<string, NameHistory>()
  const add = (id: string, names: NameHistory) => news.set(id, withNames(news.get(id) ?? [], names))
  for (const signal of signals) {
    const { identity, time } = signal
    if (isRename(signal) && signal.outcome === 'success' && !isOfItself(signal)) await addRename(signal, { news, add, stored }, ports)
    if (!isUser(signal)) continue
    const to = ownNewArn(signal)
    if (to === undefined && !isNews(identity, stored.get(identity.id))) continue
    add(signal.identity.principalId, [{ arn: identity.id, since: time, isDisregarded: false }])
    if (to !== undefined) add(signal.identity.principalId, [{ arn: to, since: time, isDisregarded: true, from: identity.id }])
  }
  if (news.size === 0) return { histories: news, earlier: new Map() }
  const histories = await remember(news, identities)
  const others = new Set([...histories.values()].flat().flatMap(({ arn }) => (stored.has(arn) ? [] : [arn])))
  return { histories, earlier: others.size === 0 ? new Map() : await identities.load([...others]) }
}

/** Where a rename is kept whose user IAM does not show any more: it was renamed once more, and that rename leads on from here. */
export const unresolved = (arn: string) => `name ${arn}`

/** What a batch has learned of names, and what is stored of its identities. */
interface Learned {
  readonly news: ReadonlyMap<string, NameHistory>
  readonly stored: ReadonlyMap<string, StoredIdentity>
  add(id: string, names: NameHistory): void
}

/** Adds the rename of a user by somebody else. The call says no unique id: IAM shows it, or what is stored under the old name. */
async function addRename(signal: Signal, { news, stored, add }: Learned, { identities, iam }: Ports): Promise<void> {
  const said = renamedIn(signal)
  if (said === undefined) return
  const { user, to } = said
  const { request, time } = signal
  // What IAM cannot say now is kept as unresolved, and nothing is lost.
  const shown = await iam.describe(user).catch(() => undefined)
  const arn = shown?.arn ?? user.id
  // The call does not name the old path. Where it sets none, the path is that of the new ARN.
  const isMoved = text(request, 'newPath') !== undefined
  const from = withOtherName(isMoved ? user.id : arn, to, said.from)
  const before = stored.get(from) ?? (await identities.load([from])).get(from)
  const earlier = news.get(unresolved(from)) ?? (await identities.loadNames([unresolved(from)])).get(unresolved(from))?.value ?? []
  const id = shown?.principalId ?? before?.state?.value.identity.principalId ?? unresolved(arn)
  add(id, [...earlier, { arn: from, since: time, isDisregarded: false }])
  add(id, [{ arn, since: time, isDisregarded: false, from }])
}

function isUser(signal: Signal): signal is Signal & { readonly identity: Identity & { readonly principalId: string } } {
  const { identity, isAuthenticated } = signal
  return isAuthenticated && identity.kind === 'iam-user' && identity.principalId !== undefined
}

/** True where nothing, or another user, is stored under the name. A state that cannot be read says nothing. */
function isNews({ principalId }: Identity, stored: StoredIdentity | undefined): boolean {
  return stored?.unreadable === undefined && stored?.state?.value.identity.principalId !== principalId
}

async function remember(news: ReadonlyMap<string, NameHistory>, identities: IdentityStore): Promise<Map<string, NameHistory>> {
  const histories = new Map<string, NameHistory>()
  for (let attempt = 0; attempt < ATTEMPTS && histories.size < news.size; attempt++) {
    const left = [...news].filter(([id]) => !histories.has(id))
    const known = await identities.loadNames(left.map(([id]) => id))
    const written = left.map(async ([id, names]) => {
      const { value, version, unreadable } = known.get(id) ?? { value: [], version: 0 }
      const history = withNames(value, names)
      // Where what is stored cannot be read, the identity's own evaluation says so; the others of the batch go on.
      if (history === value || unreadable !== undefined || (await identities.saveNames(id, history, version))) histories.set(id, history)
    })
    await Promise.all(written)
  }
  if (histories.size === news.size) return histories
  throw new ResponderError(
    'identity.conflict',
    `other writers changed the names of a user ${ATTEMPTS} times in a row; deliver the event again`,
  )
}
