import { distinctOf } from '../../domain/credential-window.ts'
import type { Detector } from '../detector.ts'

export const consoleSignInGuessed: Detector = {
  id: 'console-sign-in-guessed',
  title: 'Many failed console sign-ins',
  weight: 0.5,
  group: 'origin',
  fact: 'sign-in',
  attack: 'T1110',
  runbook: 'Check whether a sign-in succeeded, and reset the password if so; then block the address.',
  actions: ['signin:ConsoleLogin'],
  matches(signal, { window }) {
    const attempts = distinctOf(window, 'failed-sign-in', signal.time)
    if (attempts < 5) return undefined
    return {
      reason: `${attempts} failed sign-ins within 10 minutes${signal.outcome === 'success' ? ', then one that succeeded' : ''}`,
      weight: signal.outcome === 'success' ? 0.7 : 0.5,
    }
  },
}
