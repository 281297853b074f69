import { farAboveUsual } from '../domain/call-rate.ts'
import type { Detector } from './detector.ts'

/** How a detector matches a call of which its identity makes far more in that hour than ever. `what` names such calls, in words for people. */
export function aboveRate(what: string): Detector['matches'] {
  return (signal, { rates }) => {
    const above = rates === undefined || signal.outcome !== 'success' ? undefined : farAboveUsual(rates, signal)
    return above && { reason: `${above.count} ${what} within an hour, where ${Math.round(above.usual)} are the most of its earlier days` }
  }
}
