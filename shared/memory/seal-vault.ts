import type { SealVault } from '../ports/stores.ts'

/** Seals in memory. */
export function memorySealVault(): SealVault {
  const seals = new Map<number, string>()
  return {
    async put(number, text) {
      if (seals.has(number)) return false
      seals.set(number, text)
      return true
    },
    async get(number) {
      return seals.get(number)
    },
    async last() {
      return Math.max(0, ...seals.keys())
    },
  }
}
