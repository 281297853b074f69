import type { AdvisorFallback } from '../../domain/assessment.ts'
import { MINUTE_MS } from '../../domain/time.ts'
import type { Advisor } from '../../ports/advisor.ts'
import type { Clock } from '../../ports/runtime.ts'

/** Failures in a row that open the circuit, and how long it stays open. Then one question probes the service. */
const FAILURE_LIMIT = 5
const OPEN_MS = MINUTE_MS

/** Fallback causes that point to the model's service, not to the question. */
const SERVICE_FAILURES: readonly AdvisorFallback[] = ['late', 'throttled', 'failed']

/**
 * Wraps an advisor in a circuit breaker, so that an outage of the model does not delay every event by the full deadline.
 *
 * The state lives in this process only: each Lambda instance opens its own circuit after five failures.
 */
export function withCircuit(advisor: Advisor, clock: Clock): Advisor {
  let failures = 0
  let openedAt = 0
  return {
    async advise(pack, limits) {
      const now = clock.now()
      const isOpen = failures >= FAILURE_LIMIT && now - openedAt < OPEN_MS
      if (isOpen) return { kind: 'fallback', cause: 'circuit-open' }
      // This call is the probe: concurrent calls find the circuit open again.
      if (failures >= FAILURE_LIMIT) openedAt = now
      const answer = await advisor.advise(pack, limits)
      if (answer.kind === 'fallback' && SERVICE_FAILURES.includes(answer.cause)) {
        failures += 1
        if (failures >= FAILURE_LIMIT) openedAt = clock.now()
      } else failures = 0
      return answer
    },
  }
}
