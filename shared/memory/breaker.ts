import type { Breaker, BreakerLane } from '../ports/stores.ts'

/** Counts containments per hour in memory. */
export function memoryBreaker(): Breaker {
  const lanes = new Map<string, Set<string>>()
  /** The incident whose run pages, or null where people were paged. */
  const pages = new Map<string, string | null>()
  return {
    async reserve(lane, incidentId, limit) {
      if (limit === 0) return false
      const reserved = lanes.get(keyOf(lane)) ?? new Set()
      if (reserved.has(incidentId)) return true
      if (reserved.size >= limit) return false
      lanes.set(keyOf(lane), reserved.add(incidentId))
      return true
    },
    async claimPage(lane, incidentId) {
      const key = keyOf(lane)
      if (!pages.has(key)) pages.set(key, incidentId)
      return pages.get(key) === incidentId
    },
    async markPaged(lane) {
      pages.set(keyOf(lane), null)
    },
  }
}

function keyOf({ hour, kind }: BreakerLane): string {
  return `${hour} ${kind}`
}
