import { valueAt } from '../../domain/parameters.ts'
import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'
import { grantsEverything } from '../policy-document.ts'

export const federationTokenIssued: Detector = {
  id: 'federation-token-issued',
  title: 'Federation token issued',
  weight: 0.5,
  group: 'persistence',
  attack: 'T1550.001',
  runbook: 'Deny the user, and do not only deactivate the key: the federation session outlives the key.',
  readsRequest: 'rights',
  actions: ['sts:GetFederationToken', 'signin:GetSigninToken'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const isFull = grantsEverything(valueAt(signal.request, 'policy'), signal)
    if (isFull)
      return {
        reason: `a session with all permissions of ${signal.identity.name}, for ${text(signal.request, 'name') ?? 'anybody'}`,
        weight: 0.58,
      }
    return { reason: `${signal.action} for ${text(signal.request, 'name') ?? 'a console session'}` }
  },
}
