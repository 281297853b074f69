import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const consoleSignInWithoutMfa: Detector = {
  id: 'console-sign-in-without-mfa',
  title: 'Console sign-in without MFA',
  weight: 0.57,
  group: 'origin',
  fact: 'sign-in',
  attack: 'T1078.004',
  runbook: 'Ask the user whether they signed in; then require MFA by policy for every user with a password.',
  actions: ['signin:ConsoleLogin'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    if (signal.identity.kind !== 'iam-user' && signal.identity.kind !== 'root') return undefined
    return text(signal.details, 'MFAUsed') === 'No' ? { reason: `${signal.identity.name} signed in with a password only` } : undefined
  },
}
