import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const accessKeyCreatedForOther: Detector = {
  id: 'access-key-created-for-other',
  title: 'Access key made for another user',
  weight: 0.55,
  group: 'persistence',
  attack: 'T1098.001',
  runbook: 'Check that the owner asked for the key; the new key belongs to the same incident until then.',
  actions: ['iam:CreateAccessKey'],
  matches(signal) {
    const user = text(signal.request, 'userName')
    if (signal.outcome !== 'success' || user === undefined || user === signal.identity.name) return undefined
    return { reason: `made a key for user ${user}` }
  },
}
