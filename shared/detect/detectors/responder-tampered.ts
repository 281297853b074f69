import type { Detector } from '../detector.ts'

/** Whoever switches off the alarm is inside. A deployment of the stack itself does the same calls by CloudFormation. */
export const responderTampered: Detector = {
  id: 'responder-tampered',
  title: 'The responder itself was changed',
  weight: 0.9,
  group: 'evasion',
  attack: 'T1685',
  runbook: 'Set back what was changed first, and deploy the stack again; until then nobody is watching.',
  matches({ isAgainstResponder, action, outcome, origin }) {
    if (!isAgainstResponder || outcome === 'failed') return undefined
    if (origin.via === 'cloudformation.amazonaws.com') return { reason: `${action} by a deployment`, weight: 0.2 }
    return { reason: outcome === 'denied' ? `tried ${action} on the responder, refused` : `${action} on the responder` }
  },
}
