import type { Detector } from '../detector.ts'

/** A key or a session outlives the credential that issued it. */
export const suspectCredentialUsed: Detector = {
  id: 'suspect-credential-used',
  title: 'Credential issued by a suspect credential used',
  weight: 0.6,
  group: 'lineage',
  attack: 'T1550.001',
  runbook: 'Contain this credential together with the one that issued it; where another incident is named, open that one.',
  delivery: 'every-call',
  matches({ parentIncidentId, isParentSuspect, outcome, identity, credential }) {
    // A refused call shows that containment works.
    if (parentIncidentId === undefined || outcome === 'denied') return undefined
    // While people are only notified of the incident, nobody is a suspect.
    return {
      reason: `${credential.id} of ${identity.name} was issued in incident ${parentIncidentId}`,
      weight: isParentSuspect === true ? 0.6 : 0.2,
    }
  },
}
