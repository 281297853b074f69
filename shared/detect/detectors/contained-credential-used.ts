import type { Detector } from '../detector.ts'

/** Set by the record alone: its steps were read back, and a call of the credential succeeded after that. */
export const containedCredentialUsed: Detector = {
  id: 'contained-credential-used',
  title: 'Contained credential still works',
  weight: 0.9,
  group: 'lineage',
  attack: 'T1078.004',
  runbook: 'Look at the key and its user in IAM at once: somebody has undone the containment, or it does not reach what is called.',
  delivery: 'every-call',
  matches({ containedBy, action }) {
    return containedBy === undefined ? undefined : { reason: `${action} succeeded after incident ${containedBy} had contained it` }
  },
}
