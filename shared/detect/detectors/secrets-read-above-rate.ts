import { SECRET_READS } from '../../domain/call-rate.ts'
import { aboveRate } from '../above-rate.ts'
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
  matches: aboveRate('reads of secrets'),
}
