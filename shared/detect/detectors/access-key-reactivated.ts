import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const accessKeyReactivated: Detector = {
  id: 'access-key-reactivated',
  title: 'Inactive access key activated again',
  weight: 0.45,
  group: 'persistence',
  attack: 'T1098.001',
  runbook: 'Ask the owner whether they need the old key; if not, deactivate it again and find out who activated it.',
  readsRequest: 'rights',
  actions: ['iam:UpdateAccessKey'],
  matches(signal) {
    if (signal.outcome !== 'success' || text(signal.request, 'status') !== 'Active') return undefined
    return { reason: `activated key ${text(signal.request, 'accessKeyId') ?? '(unnamed)'}` }
  },
}
