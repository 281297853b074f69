import { DATA_DESTRUCTION } from '../../domain/call-rate.ts'
import { aboveRate } from '../above-rate.ts'
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
  matches: aboveRate('deletions of data'),
}
