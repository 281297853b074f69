import { maturity } from '../../domain/baseline.ts'
import { SECRET_READS } from '../../domain/call-rate.ts'
import { distinctIn } from '../across-credentials.ts'
import type { Detector } from '../detector.ts'

export const secretsSwept: Detector = {
  id: 'secrets-swept',
  title: 'Many secrets read in a short time',
  weight: 0.6,
  group: 'abuse',
  attack: 'T1555.006',
  runbook: 'Rotate every secret named in the timeline, beginning with those that give the most access.',
  countsReads: true,
  actions: [...SECRET_READS],
  matches(signal, context) {
    const { baseline } = context
    if (signal.action === 'secretsmanager:BatchGetSecretValue') return { reason: 'read secrets in a batch', weight: 0.57 }
    const secrets = distinctIn(context, 'secret', { at: signal.time, from: 12 })
    const enough = maturity(baseline) >= 0.5 ? 5 : 8
    return secrets < enough
      ? undefined
      : { reason: `${secrets} different secrets or parameters within 10 minutes`, weight: secrets >= 12 ? 0.7 : 0.6 }
  },
}
