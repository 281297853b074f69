import type { Detector } from '../detector.ts'

/** Credentials of a function, a task or an instance stay where they were given out: in Amazon’s networks. */
export const sessionLeftAws: Detector = {
  id: 'session-left-aws',
  title: 'A session from inside AWS used outside it',
  weight: 0.6,
  group: 'origin',
  attack: 'T1550.001',
  runbook: 'End the role’s sessions; look in the function, task or instance for what gave its credentials away.',
  matches({ credential, origin }, { window }) {
    if (credential.kind !== 'session' || window.networks[0] !== 'aws') return undefined
    if (origin.network === undefined || origin.networkKind === 'aws') return undefined
    return { reason: `session used in AWS, now from ${origin.network} ${origin.organisation ?? ''}` }
  },
}
