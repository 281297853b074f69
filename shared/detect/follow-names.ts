import type { NameHistory } from '../domain/name-history.ts'
import { withNames } from '../domain/name-history.ts'
import { ownNewArn } from '../domain/rename.ts'
import type { Identity, Signal } from '../domain/signal.ts'
import { ResponderError } from '../errors.ts'
import type { IdentityStore, StoredIdentity } from '../ports/stores.ts'

/** How often the names of a user are written while another responder writes them. */
const ATTEMPTS = 5

/** What is stored of identities, and of the other names that users of a batch had, by their ARNs; with the names by the unique ids. */
export interface Followed {
  readonly histories: ReadonlyMap<string, NameHistory>
  readonly earlier: ReadonlyMap<string, StoredIdentity>
}

/**
 * Remembers under IAM's unique id which names the users of a batch have, where that is news, and reads what is stored under their other names. A user
 * that is renamed stays the same: it keeps its keys, its habits, the evidence against it, and what the policy says of it.
 *
 * No round trip for a batch without new names.
 */
export async function followNames(
  signals: readonly Signal[],
  stored: ReadonlyMap<string, StoredIdentity>,
  identities: IdentityStore,
): Promise<Followed> {
  const news = new Map<string, NameHistory>()
  for (const signal of signals) {
    if (!isUser(signal)) continue
    const { identity, time } = signal
    const to = ownNewArn(signal)
    if (to === undefined && !isNews(identity, stored.get(identity.id))) continue
    const names = [{ arn: identity.id, since: time, isDisregarded: false }]
    if (to !== undefined) names.push({ arn: to, since: time, isDisregarded: true })
    news.set(identity.principalId, withNames(news.get(identity.principalId) ?? [], names))
  }
  if (news.size === 0) return { histories: news, earlier: new Map() }
  const histories = await remember(news, identities)
  const others = new Set([...histories.values()].flat().flatMap(({ arn }) => (stored.has(arn) ? [] : [arn])))
  return { histories, earlier: others.size === 0 ? new Map() : await identities.load([...others]) }
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
