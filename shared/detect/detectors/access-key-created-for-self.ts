import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const accessKeyCreatedForSelf: Detector = {
  id: 'access-key-created-for-self',
  title: 'Access key made by a key for its own user',
  weight: 0.45,
  group: 'persistence',
  attack: 'T1098.001',
  runbook: 'Ask the owner about a rotation; a second key survives the first one.',
  actions: ['iam:CreateAccessKey'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const user = text(signal.request, 'userName') ?? signal.identity.name
    if (signal.identity.kind === 'root')
      return user === 'root' || user === signal.identity.name ? { reason: 'made an access key for root', weight: 0.8 } : undefined
    return signal.credential.kind === 'access-key' && user === signal.identity.name
      ? { reason: 'made a second key with the first' }
      : undefined
  },
}
