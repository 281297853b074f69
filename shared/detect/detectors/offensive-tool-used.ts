import type { Detector } from '../detector.ts'

export const offensiveToolUsed: Detector = {
  id: 'offensive-tool-used',
  title: 'Tool of attackers at work',
  weight: 0.6,
  group: 'discovery',
  attack: 'T1526',
  runbook: 'Ask the security team whether they test today; if not, contain.',
  matches({ origin }) {
    return origin.agentFamily === 'offensive-tool' ? { reason: 'called by a tool for attacking or auditing accounts' } : undefined
  },
}
