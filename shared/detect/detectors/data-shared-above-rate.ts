import { farAboveUsual, SHARES } from '../../domain/call-rate.ts'
import type { Detector } from '../detector.ts'

export const dataSharedAboveRate: Detector = {
  id: 'data-shared-above-rate',
  title: 'Far more shared with others than the identity ever does',
  weight: 0.75,
  group: 'exfiltration',
  attack: 'T1537',
  runbook:
    'Ask the owner at once whom this is shared with; if nobody knows, contain the identity and take back each share in the timeline.',
  sparesOwnWorks: true,
  actions: [...SHARES],
  matches(signal, { rates }) {
    const above = rates === undefined || signal.outcome !== 'success' ? undefined : farAboveUsual(rates, signal)
    return (
      above && {
        reason: `${above.count} calls that give others access within an hour, where ${Math.round(above.usual)} are the most of its earlier days`,
      }
    )
  },
}
