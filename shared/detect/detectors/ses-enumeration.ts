import { weightOf } from '../../domain/frequency.ts'
import { distinctIn } from '../across-credentials.ts'
import { MAIL_PROBES } from '../count-activity.ts'
import type { Detector } from '../detector.ts'

export const sesEnumeration: Detector = {
  id: 'ses-enumeration',
  title: 'Quotas for sending mail or text messages probed',
  weight: 0.45,
  group: 'abuse',
  attack: 'T1496',
  runbook: 'Check the sending statistics for spam; ask the owner whether the job sends mail or text messages.',
  actions: [...MAIL_PROBES],
  matches(signal, context) {
    const { baseline } = context
    const probes = distinctIn(context, 'mail-probe', { at: signal.time })
    if (probes >= 3 && signal.credential.kind === 'access-key')
      return { reason: `${probes} different probes of sending mail or messages within 10 minutes`, weight: 0.58 }
    if (weightOf(baseline.features.service, signal.service, signal.time) > 0) return undefined
    return {
      reason: `${signal.action}, never used ${signal.service} before`,
      weight: signal.credential.kind === 'access-key' ? 0.45 : 0.35,
    }
  },
}
