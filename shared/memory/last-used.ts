import type { LastUsed } from '../domain/last-used.ts'
import { readLastUsed } from '../domain/read-last-used.ts'
import type { LastUsedSource, LastUsedStore } from '../ports/last-used.ts'
import type { IdentityStore, Versioned } from '../ports/stores.ts'

/** Last-used data in memory, of the identities that have a baseline in `identities`. */
export function memoryLastUsedStore(identities: Pick<IdentityStore, 'ids'>): LastUsedStore {
  const stored = new Map<string, Versioned<LastUsed> & { readonly triedAt: number }>()
  return {
    async read(identityId) {
      const known = stored.get(identityId)
      return { value: known?.value, version: known?.version ?? 0 }
    },
    async save(identityId, lastUsed, { version, triedAt }) {
      if ((stored.get(identityId)?.version ?? 0) !== version) return false
      stored.set(identityId, { value: lastUsed, version: version + 1, triedAt })
      return true
    },
    async *turns() {
      for await (const identityId of identities.ids()) yield { identityId, triedAt: stored.get(identityId)?.triedAt ?? 0 }
    },
  }
}

/** IAM in memory: the answer for each identity as the AWS CLI prints it; undefined for who is not there. */
export function memoryLastUsed(answers: ReadonlyMap<string, unknown>): LastUsedSource {
  return {
    async take(identityId) {
      const answer = answers.get(identityId)
      return answer === undefined ? { kind: 'unknown' } : { kind: 'taken', snapshot: readLastUsed(answer, 'the answer') }
    },
  }
}
