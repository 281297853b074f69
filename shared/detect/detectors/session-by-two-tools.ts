import { isMature, isNew } from '../../domain/baseline.ts'
import type { Detector } from '../detector.ts'

/** Tools that a person, or an attacker's script, uses by hand. */
const MANUAL_TOOLS: ReadonlySet<string> = new Set(['aws-cli', 'http-client', 'offensive-tool', 'storage-browser'])

/** Agents of console sessions, which show several agents in one session, and agents that tell no tool. */
const CONSOLE_AGENTS: ReadonlySet<string> = new Set(['console', 'browser', 'aws-service', 'other', 'none'])

export const sessionByTwoTools: Detector = {
  id: 'session-by-two-tools',
  title: 'One session used by two kinds of tool',
  weight: 0.35,
  group: 'origin',
  fact: 'tool',
  attack: 'T1550.001',
  runbook: 'Ask the owner whether somebody copied the session to a terminal; if not, end the role’s sessions.',
  delivery: 'session-calls',
  matches({ credential, origin }, { window, baseline }) {
    if (credential.kind !== 'session' || !MANUAL_TOOLS.has(origin.agentFamily) || window.agents.length < 2) return undefined
    if (isMature(baseline) && !isNew(baseline, 'agentFamily', origin.agentFamily)) return undefined
    const [first] = window.agents
    if (first === undefined || MANUAL_TOOLS.has(first) || CONSOLE_AGENTS.has(first)) return undefined
    return { reason: `session first used by ${first}, now by ${origin.agentFamily}` }
  },
}
