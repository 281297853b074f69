import type { Detector } from '../detector.ts'

export const rootCredentialsChanged: Detector = {
  id: 'root-credentials-changed',
  title: 'Password or e-mail address of root changed',
  weight: 0.62,
  group: 'persistence',
  attack: 'T1098',
  runbook: 'Recover the root user through its e-mail address at once.',
  actions: ['signin:PasswordUpdated', 'signin:PasswordRecoveryCompleted', 'signin:PasswordRecoveryRequested', 'signin:EmailUpdated'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.identity.kind === 'root'
      ? { reason: `${signal.action} of root`, weight: signal.action === 'signin:PasswordRecoveryRequested' ? 0.45 : 0.62 }
      : undefined
  },
}
