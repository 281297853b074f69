import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const accessKeyReactivated: Detector = {
  id: 'access-key-reactivated',
  title: 'Inactive access key switched on again',
  weight: 0.45,
  group: 'persistence',
  attack: 'T1098.001',
  runbook: 'Ask who needed the old key; a key that was off for a reason should stay off.',
  actions: ['iam:UpdateAccessKey'],
  matches(signal) {
    if (signal.outcome !== 'success' || text(signal.request, 'status') !== 'Active') return undefined
    return { reason: `switched on key ${text(signal.request, 'accessKeyId') ?? '(unnamed)'}` }
  },
}
