import type { Detector } from '../detector.ts'

export const offensiveToolUsed: Detector = {
  id: 'offensive-tool-used',
  title: 'Offensive security tool used',
  weight: 0.6,
  group: 'origin',
  fact: 'tool',
  attack: 'T1526',
  runbook: 'Ask the security team whether they run a test today; if not, contain the identity.',
  delivery: 'every-call',
  matches({ origin }) {
    return origin.agentFamily === 'offensive-tool' ? { reason: 'called by a tool for attacking or auditing AWS accounts' } : undefined
  },
}
