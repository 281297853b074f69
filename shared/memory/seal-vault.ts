import type { Clock } from '../ports/runtime.ts'
import type { SealVault } from '../ports/stores.ts'

/** Seals in memory. Without a clock every seal counts as stored a moment ago. */
export function memorySealVault(clock: Clock = { now: () => Number.POSITIVE_INFINITY }): SealVault {
  const seals = new Map<number, { text: string; at: number }>()
  return {
    async put(number, text) {
      if (seals.has(number)) return false
      seals.set(number, { text, at: clock.now() })
      return true
    },
    async get(number) {
      return seals.get(number)?.text
    },
    async last() {
      return Math.max(0, ...seals.keys())
    },
    async since(at) {
      return Math.min(...[...seals].flatMap(([number, stored]) => (stored.at >= at ? [number] : [])))
    },
  }
}
