import type { AdvisorBudget } from '../ports/advisor.ts'

/** Counts questions per hour in memory. */
export function memoryAdvisorBudget(): AdvisorBudget {
  let current = -1
  let all = 0
  const identities = new Map<string, number>()
  return {
    async reserve(hour, identityId, { perIdentity, perAccount }) {
      if (hour !== current) {
        current = hour
        all = 0
        identities.clear()
      }
      const own = identities.get(identityId) ?? 0
      if (own >= perIdentity || all >= perAccount) return false
      identities.set(identityId, own + 1)
      all += 1
      return true
    },
  }
}
