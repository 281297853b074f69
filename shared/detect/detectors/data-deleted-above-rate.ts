import { DATA_DESTRUCTION, farAboveUsual } from '../../domain/call-rate.ts'
import type { Detector } from '../detector.ts'

export const dataDeletedAboveRate: Detector = {
  id: 'data-deleted-above-rate',
  title: 'Far more data deleted than the identity ever does',
  weight: 0.75,
  group: 'impact',
  attack: 'T1485',
  runbook: 'Ask the owner at once whether they clean up; if not, contain the identity and restore from backups.',
  sparesOwnWorks: true,
  actions: [...DATA_DESTRUCTION],
  matches(signal, { rates }) {
    const above = rates === undefined || signal.outcome !== 'success' ? undefined : farAboveUsual(rates, signal)
    return (
      above && {
        reason: `${above.count} deletions of data within an hour, where ${Math.round(above.usual)} are the most of its earlier days`,
      }
    )
  },
}
