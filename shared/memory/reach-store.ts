import type { StoredReach } from '../domain/stored-reach.ts'
import type { ReachStore } from '../ports/reach.ts'

/** Reach in memory. */
export function memoryReachStore(): ReachStore {
  const stored = new Map<string, StoredReach>()
  const keyOf = (account: string, id: string) => `${account} ${id}`
  return {
    read: async ({ id, account }) => stored.get(keyOf(account, id)),
    async *list(account) {
      for (const [key, reach] of stored) if (key.startsWith(`${account} `)) yield reach
    },
    async save(account, reach) {
      stored.set(keyOf(account, reach.id), reach)
    },
  }
}
