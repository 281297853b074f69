import type { Detector } from '../detector.ts'

const DEPLOYMENTS: ReadonlySet<string> = new Set(['cloudformation:ExecuteChangeSet', 'cloudformation:UpdateStack'])

/** Only an intruder disables the responder. A deployment of its stack makes the same calls through CloudFormation, and counts less. */
export const responderTampered: Detector = {
  id: 'responder-tampered',
  title: 'The responder itself was changed',
  weight: 0.9,
  group: 'evasion',
  attack: 'T1685',
  runbook: 'Deploy the stack again at once to undo the change: until then the responder may see and do nothing.',
  matches({ isAgainstResponder, action, outcome, origin }) {
    if (!isAgainstResponder || outcome === 'failed') return undefined
    if (origin.via === 'cloudformation.amazonaws.com') return { reason: `${action} by a deployment`, weight: 0.2 }
    // Every deployment makes these calls, and so does an intruder who deploys a stack of his own over it: people are told, and know whose it is.
    if (DEPLOYMENTS.has(action) && outcome === 'success') return { reason: `${action}: the responder was deployed again`, weight: 0.3 }
    return { reason: outcome === 'denied' ? `tried ${action} on the responder, refused` : `${action} on the responder` }
  },
}
