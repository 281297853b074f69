import type { IdentityStore } from '../ports/stores.ts'

/** The unclaimed credentials of an hour in memory. */
export function memoryUnclaimed(): Pick<IdentityStore, 'admitUnclaimed'> {
  let current = -1
  const admitted = new Set<string>()
  return {
    async admitUnclaimed(hour, identityId, limit) {
      if (hour !== current) {
        current = hour
        admitted.clear()
      }
      if (!admitted.has(identityId) && admitted.size >= limit) return false
      admitted.add(identityId)
      return true
    },
  }
}
