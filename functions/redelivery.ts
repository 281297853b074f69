import { EVENT_VISIBILITY_SECONDS } from '../shared/ports/deliveries.ts'

/** Why a message has to come again. `contended`: others wrote the same identity, or there was no time left; the message itself has no fault. */
export interface Failure {
  readonly reason: string
  readonly kind: 'contended' | 'failed'
}

/** The longest that a message without a fault waits. */
const CONTENDED_SECONDS = 20

/** How long a message waits after its first failure. */
const FAILED_SECONDS = 10

/**
 * After how many seconds a message that failed is delivered again; `receives` counts its deliveries, from 1 on.
 *
 * What lost to other writers comes again at a random time within 2, 4, 8, 16 and then 20 seconds. All else comes again after 10, 20, 40 seconds and so on, up to the
 * queue's own visibility timeout: with `MOST_RECEIVES` deliveries that is 40 minutes, so that an outage of AWS leads to no dead letter.
 */
export function redeliveredAfter({ kind }: Failure, receives: number, random: number): number {
  if (kind === 'failed') return Math.min(EVENT_VISIBILITY_SECONDS, FAILED_SECONDS * 2 ** (receives - 1))
  return Math.max(1, Math.ceil(random * Math.min(CONTENDED_SECONDS, 2 ** receives)))
}
