/** Tools that a person or a script types with. */
const HANDS: ReadonlySet<string> = new Set(['aws-cli', 'http-client', 'offensive-tool', 'storage-browser'])

/** The console uses many agents in one session. */
const CONSOLES: ReadonlySet<string> = new Set(['console', 'browser', 'aws-service', 'other', 'none'])

import type { Detector } from '../detector.ts'

export const sessionByTwoTools: Detector = {
  id: 'session-by-two-tools',
  title: 'One session used by two kinds of tool',
  weight: 0.35,
  group: 'origin',
  attack: 'T1550.001',
  runbook: 'Ask the owner whether somebody copied the session to a terminal.',
  matches({ credential, origin }, { window }) {
    if (credential.kind !== 'session' || !HANDS.has(origin.agentFamily) || window.agents.length < 2) return undefined
    const [first] = window.agents
    if (first === undefined || HANDS.has(first) || CONSOLES.has(first)) return undefined
    return { reason: `session of ${first} now used by ${origin.agentFamily}` }
  },
}
