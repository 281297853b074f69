import type { Breaker } from '../ports/stores.ts'

/** Counts containments per hour in memory. */
export function memoryBreaker(): Breaker {
  const hours = new Map<number, Set<string>>()
  return {
    async reserve(hour, incidentId, limit) {
      if (limit === 0) return false
      const reserved = hours.get(hour) ?? new Set()
      if (reserved.has(incidentId)) return true
      if (reserved.size >= limit) return false
      hours.set(hour, reserved.add(incidentId))
      return true
    },
  }
}
