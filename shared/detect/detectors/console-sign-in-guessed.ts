import { distinctOf } from '../../domain/credential-window.ts'
import type { Detector } from '../detector.ts'

export const consoleSignInGuessed: Detector = {
  id: 'console-sign-in-guessed',
  title: 'Many failed console sign-ins',
  weight: 0.5,
  group: 'denial',
  attack: 'T1110',
  runbook: 'Block the address, and check whether one of the tries succeeded.',
  actions: ['signin:ConsoleLogin'],
  matches(signal, { window }) {
    const tries = distinctOf(window, 'failed-sign-in', signal.time)
    if (tries < 5) return undefined
    return {
      reason: `${tries} failed sign-ins within 10 minutes${signal.outcome === 'success' ? ', then one that worked' : ''}`,
      weight: signal.outcome === 'success' ? 0.7 : 0.5,
    }
  },
}
