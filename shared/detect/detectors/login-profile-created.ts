import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const loginProfileCreated: Detector = {
  id: 'login-profile-created',
  title: 'Console password set for another user',
  weight: 0.55,
  group: 'persistence',
  attack: 'T1098.001',
  runbook: 'Ask whether the user should have the console; a password survives the key that made it.',
  actions: ['iam:CreateLoginProfile', 'iam:UpdateLoginProfile'],
  matches(signal) {
    const user = text(signal.request, 'userName')
    const isOwn = user === signal.identity.name || user === signal.credential.sessionName
    if (signal.outcome !== 'success' || user === undefined || isOwn) return undefined
    // A person who resets a password for another lets that one choose the next; an intruder keeps it.
    const isReset = signal.action === 'iam:UpdateLoginProfile' && signal.request.passwordResetRequired === true
    return { reason: `set a console password for user ${user}`, weight: isReset ? 0.35 : 0.55 }
  },
}
