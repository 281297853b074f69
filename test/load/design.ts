import { UNIT_LIMITS, type UnitLimits } from '../../functions/units-of-batch.ts'
import { LANES } from '../../infra/lanes.ts'
import { EVENT_VISIBILITY_SECONDS, MOST_RECEIVES } from '../../shared/ports/deliveries.ts'
import type { QueueSettings } from './simulated-queue.ts'

/** How an event source mapping hands out messages. `workers`: the most invocations at the same time. */
export interface Lane {
  readonly batchSize: number
  readonly windowMs: number
  readonly workers: number
}

/** What of the stack decides how it bears a load. */
export interface Design {
  readonly name: string
  readonly queue: QueueSettings
  /**
   * `confirmed`: exposures that AWS reports. `hot`: changes of IAM and sign-ins. `tokens`: calls of STS by long-lived keys. `bulk`: all others. Lanes that are the same object
   * are one queue.
   */
  readonly lanes: Readonly<Record<'confirmed' | 'hot' | 'tokens' | 'bulk', Lane>>
  /** Whether lost writes are tried again after a pause, by states whose version is read again first, and failed messages come again soon. */
  readonly isPatient: boolean
  readonly limits: UnitLimits
}

const WHOLE: UnitLimits = { callers: Number.POSITIVE_INFINITY, messages: Number.POSITIVE_INFINITY }

/** Lambda had no bound here. So many workers are simulated. */
const UNBOUNDED: Lane = { batchSize: 10, windowMs: 0, workers: 50 }

/** As it was up to 0.2: three attempts without a pause, whole batches, redelivery after the visibility timeout, one lane for all but bulk and no bound on it. */
export const BEFORE: Design = {
  name: 'before',
  queue: { visibilitySeconds: 360, mostReceives: 5 },
  lanes: { confirmed: UNBOUNDED, hot: UNBOUNDED, tokens: UNBOUNDED, bulk: { batchSize: 1000, windowMs: 5000, workers: 10 } },
  isPatient: false,
  limits: WHOLE,
}

const laneOf = ({ batchSize, maxConcurrency, ...more }: (typeof LANES)[keyof typeof LANES]): Lane => ({
  batchSize,
  workers: maxConcurrency,
  windowMs: 'windowSeconds' in more ? 1000 * more.windowSeconds : 0,
})

/** As the stack is deployed. */
export const DEPLOYED: Design = {
  name: 'deployed',
  queue: { visibilitySeconds: EVENT_VISIBILITY_SECONDS, mostReceives: MOST_RECEIVES },
  lanes: { confirmed: laneOf(LANES.confirmed), hot: laneOf(LANES.hot), tokens: laneOf(LANES.tokens), bulk: laneOf(LANES.bulk) },
  isPatient: true,
  limits: UNIT_LIMITS,
}
