import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'
import { grantsEverything } from '../policy-document.ts'

export const federationTokenIssued: Detector = {
  id: 'federation-token-issued',
  title: 'Federation token issued',
  weight: 0.5,
  group: 'persistence',
  attack: 'T1550.001',
  runbook: 'A federation token outlives its key: deny the user, do not only switch the key off.',
  actions: ['sts:GetFederationToken', 'signin:GetSigninToken'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const isFull = grantsEverything(signal.request.policy)
    if (isFull)
      return {
        reason: `a session that may do all that ${signal.identity.name} may, for ${text(signal.request, 'name') ?? 'anybody'}`,
        weight: 0.58,
      }
    return { reason: `${signal.action} for ${text(signal.request, 'name') ?? 'a console session'}` }
  },
}
