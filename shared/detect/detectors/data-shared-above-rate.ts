import { SHARES } from '../../domain/call-rate.ts'
import { aboveRate } from '../above-rate.ts'
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
  matches: aboveRate('calls that give others access'),
}
