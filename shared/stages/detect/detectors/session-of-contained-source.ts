import type { Detector } from '../detector.ts'

/** A session outlives the key that asked for it. */
export const sessionOfContainedSource: Detector = {
  id: 'session-of-contained-source',
  title: 'A session that a suspected credential took on is used',
  weight: 0.6,
  group: 'persistence',
  attack: 'T1550.001',
  runbook: 'Look at the incident that it comes from; end the role’s sessions.',
  matches({ sourceIncidentId, outcome }) {
    // Refused calls are what containment is for.
    if (sourceIncidentId === undefined || outcome === 'denied') return undefined
    return { reason: `the session was taken on in incident ${sourceIncidentId}` }
  },
}
