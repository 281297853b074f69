import { flag } from '../../domain/parameters.ts'
import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const loginProfileCreated: Detector = {
  id: 'login-profile-created',
  title: 'Console password set for another user',
  weight: 0.55,
  group: 'persistence',
  attack: 'T1098.001',
  runbook: 'Ask the user’s owner whether the user needs the console; if not, delete the password: it outlives the key that set it.',
  readsRequest: 'rights',
  actions: ['iam:CreateLoginProfile', 'iam:UpdateLoginProfile'],
  matches(signal) {
    const user = text(signal.request, 'userName')
    const isOwn = user === signal.identity.name || user === signal.credential.sessionName
    if (signal.outcome !== 'success' || user === undefined || isOwn) return undefined
    // Weaker evidence: an administrator has the user choose the next password, an intruder keeps the one that they set.
    const isReset = signal.action === 'iam:UpdateLoginProfile' && flag(signal.request, 'passwordResetRequired') === true
    return { reason: `set a console password for user ${user}`, weight: isReset ? 0.35 : 0.55 }
  },
}
