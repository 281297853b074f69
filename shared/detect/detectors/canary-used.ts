import type { Detector } from '../detector.ts'

/**
 * A canary has no rights, so most of its calls are refused: a refusal for lack of permission shows that the credential was accepted. What did not authenticate is an
 * attempt by anybody.
 */
export const canaryUsed: Detector = {
  id: 'canary-used',
  title: 'Credential of a canary used',
  weight: 0.97,
  group: 'exposure',
  fact: 'canary',
  attack: 'T1078.004',
  runbook:
    'Ask who keeps this canary and where its key lay; whoever called has read that place, so look there for what else they have, then delete the key and plant another.',
  isConfirmed: true,
  delivery: 'canary-calls',
  matches({ kind, isCanary, isAuthenticated, identity, action, outcome, origin }) {
    if (isCanary !== true || kind !== 'api-call' || !isAuthenticated) return undefined
    return { reason: `canary ${identity.name}: ${action}${outcome === 'success' ? '' : ', refused,'} from ${origin.address}` }
  },
}
