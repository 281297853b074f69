import type { Detector } from '../detector.ts'

/** A key or a session outlives what it was made with. */
export const suspectCredentialUsed: Detector = {
  id: 'suspect-credential-used',
  title: 'A credential that a suspect made is used',
  weight: 0.6,
  group: 'persistence',
  attack: 'T1550.001',
  runbook: 'Look at the incident that it comes from; what it made is to be taken out of use with it.',
  matches({ parentIncidentId, outcome, identity, credential }) {
    // Refused calls are what containment is for.
    if (parentIncidentId === undefined || outcome === 'denied') return undefined
    return { reason: `${credential.id} of ${identity.name} was made in incident ${parentIncidentId}` }
  },
}
