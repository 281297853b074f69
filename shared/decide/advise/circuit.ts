import type { AdvisorFallback } from '../../domain/assessment.ts'
import { MINUTE_MS } from '../../domain/time.ts'
import type { Advisor } from '../../ports/advisor.ts'
import type { Clock } from '../../ports/runtime.ts'

/** So many failures in a row open the circuit, for so long; then one question tries it. */
const FAILURES = 5
const OPEN_MS = MINUTE_MS

/** Causes that speak of the model's service, not of this question. */
const OF_THE_SERVICE: readonly AdvisorFallback[] = ['late', 'throttled', 'failed']

/**
 * An advisor that rests after it failed again and again, so that an outage of the model does not cost every event its deadline. It is known
 * to this process alone: another one finds out by itself, at the cost of five questions.
 */
export function withCircuit(advisor: Advisor, clock: Clock): Advisor {
  let failures = 0
  let openedAt = 0
  return {
    async advise(pack, limits) {
      const now = clock.now()
      const isOpen = failures >= FAILURES && now - openedAt < OPEN_MS
      if (isOpen) return { kind: 'fallback', cause: 'circuit-open' }
      // Whoever comes while this one tries is turned away again.
      if (failures >= FAILURES) openedAt = now
      const answer = await advisor.advise(pack, limits)
      if (answer.kind === 'fallback' && OF_THE_SERVICE.includes(answer.cause)) {
        failures += 1
        if (failures >= FAILURES) openedAt = clock.now()
      } else failures = 0
      return answer
    },
  }
}
