import { isOfRestrictions } from '../domain/breaker-lanes.ts'
import type { Breaker, BreakerLane } from '../ports/stores.ts'

/** Counts containments per hour in memory. */
export function memoryBreaker(): Breaker {
  /** By hour, the lane of each incident that has a place; by hour and `restricted`, those that have one of a restriction. */
  const hours = new Map<string, Map<string, BreakerLane['kind']>>()
  /** The incident whose run pages, or null where people were paged. */
  const pages = new Map<string, string | null>()
  return {
    async reserve({ hour, kind, account = '' }, incidentId, limit) {
      if (limit === 0) return false
      const key = isOfRestrictions(kind) ? `${hour} ${account} restricted` : `${hour} ${account}`
      const places = hours.get(key) ?? new Map<string, BreakerLane['kind']>()
      if (places.has(incidentId)) return true
      if ([...places.values()].filter((one) => one === kind).length >= limit) return false
      hours.set(key, places.set(incidentId, kind))
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

function keyOf({ hour, kind, account = '' }: BreakerLane): string {
  return `${hour} ${account} ${kind}`
}
