import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const accessKeyCreatedForSelf: Detector = {
  id: 'access-key-created-for-self',
  title: 'Access key created with an access key of the same user',
  weight: 0.45,
  group: 'persistence',
  attack: 'T1098.001',
  runbook: 'Ask the owner whether they rotate the key; if not, deactivate both keys, because the second one outlives the first.',
  actions: ['iam:CreateAccessKey'],
  matches(signal) {
    // For whom it was created is not known then.
    if (signal.outcome !== 'success' || signal.isRequestOmitted === true) return undefined
    const user = text(signal.request, 'userName') ?? signal.identity.name
    if (signal.identity.kind === 'root')
      return user === 'root' || user === signal.identity.name ? { reason: 'created an access key for root', weight: 0.8 } : undefined
    return signal.credential.kind === 'access-key' && user === signal.identity.name
      ? { reason: 'created a second access key with the first' }
      : undefined
  },
}
