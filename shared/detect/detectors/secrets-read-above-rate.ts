import { farAboveUsual, SECRET_READS } from '../../domain/call-rate.ts'
import type { Detector } from '../detector.ts'

export const secretsReadAboveRate: Detector = {
  id: 'secrets-read-above-rate',
  title: 'Far more secrets read than the identity ever does',
  weight: 0.5,
  group: 'abuse',
  attack: 'T1555.006',
  runbook: 'Ask the owner which task needs so many secrets; if nobody knows of one, rotate those in the timeline.',
  sparesOwnWorks: true,
  actions: [...SECRET_READS],
  matches(signal, { rates }) {
    const above = rates === undefined || signal.outcome !== 'success' ? undefined : farAboveUsual(rates, signal)
    return (
      above && {
        reason: `${above.count} reads of secrets within an hour, where ${Math.round(above.usual)} are the most of its earlier days`,
      }
    )
  },
}
