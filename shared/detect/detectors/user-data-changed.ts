import { has } from '../../domain/parameters.ts'
import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const userDataChanged: Detector = {
  id: 'user-data-changed',
  title: 'User data (start-up script) of an instance changed',
  weight: 0.58,
  group: 'persistence',
  attack: 'T1578',
  runbook: 'Stop the instance, then compare the user data with the version before.',
  readsRequest: 'harm',
  actions: ['ec2:ModifyInstanceAttribute'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    return !has(signal.request, 'userData')
      ? undefined
      : { reason: `changed the user data of ${text(signal.request, 'instanceId') ?? 'an instance'}` }
  },
}
