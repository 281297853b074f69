import type { Detector } from '../detector.ts'

/** A laptop changes from an office to a phone now and then, so this alone asks nobody. */
export const sessionFromTwoNetworks: Detector = {
  id: 'session-from-two-networks',
  title: 'One session used from two networks',
  weight: 0.25,
  group: 'origin',
  attack: 'T1550.001',
  runbook: 'Ask the owner whether both networks are theirs.',
  matches({ credential, origin }, { window }) {
    const [first] = window.networks
    if (credential.kind !== 'session' || first === undefined || first === 'aws') return undefined
    if (origin.network === undefined || origin.networkKind === 'aws' || origin.network === first) return undefined
    return { reason: `session from ${first} now used from ${origin.network} ${origin.organisation ?? ''}` }
  },
}
