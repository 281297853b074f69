import type { Detector } from '../detector.ts'

/** A laptop moves between office and phone networks, so the weight is too low to ask a person by itself. */
export const sessionFromTwoNetworks: Detector = {
  id: 'session-from-two-networks',
  title: 'One session used from two networks',
  weight: 0.25,
  group: 'origin',
  fact: 'place',
  attack: 'T1550.001',
  runbook: 'Ask the owner whether both networks are theirs; if not, end the role’s sessions.',
  delivery: 'session-calls',
  matches({ credential, origin }, { window }) {
    const [first] = window.networks
    if (credential.kind !== 'session' || first === undefined || first === 'aws') return undefined
    if (origin.network === undefined || origin.networkKind === 'aws' || origin.network === first) return undefined
    return { reason: `session first used from ${first}, now from ${origin.network} ${origin.organisation ?? ''}` }
  },
}
