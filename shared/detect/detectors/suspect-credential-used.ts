import type { Detector } from '../detector.ts'

/** A key or a session outlives the credential that issued it. */
export const suspectCredentialUsed: Detector = {
  id: 'suspect-credential-used',
  title: 'Credential issued by a suspect credential used',
  weight: 0.6,
  group: 'persistence',
  attack: 'T1550.001',
  runbook: 'Open the incident that is named, and contain this credential together with the one that issued it.',
  matches({ parentIncidentId, outcome, identity, credential }) {
    // A refused call shows that containment works.
    if (parentIncidentId === undefined || outcome === 'denied') return undefined
    return { reason: `${credential.id} of ${identity.name} was issued in incident ${parentIncidentId}` }
  },
}
