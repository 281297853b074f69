import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const accessKeyCreatedForOther: Detector = {
  id: 'access-key-created-for-other',
  title: 'Access key created for another user',
  weight: 0.55,
  group: 'persistence',
  attack: 'T1098.001',
  runbook: 'Ask the user’s owner whether they requested the key; if not, deactivate the new key too, it is part of this incident.',
  readsRequest: 'rights',
  actions: ['iam:CreateAccessKey'],
  matches(signal) {
    const user = text(signal.request, 'userName')
    if (signal.outcome !== 'success' || user === undefined || user === signal.identity.name) return undefined
    return { reason: `created an access key for user ${user}` }
  },
}
