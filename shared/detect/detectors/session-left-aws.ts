import type { Detector } from '../detector.ts'

/** The credentials of a function, a task or an instance are used in Amazon’s networks, where they were issued. */
export const sessionLeftAws: Detector = {
  id: 'session-left-aws',
  title: 'Session first used inside AWS, then outside it',
  weight: 0.6,
  group: 'origin',
  fact: 'place',
  attack: 'T1550.001',
  runbook: 'End the role’s sessions, then find out how the function, task or instance leaked its credentials.',
  delivery: 'session-calls',
  matches({ credential, origin }, { window }) {
    if (credential.kind !== 'session' || window.networks[0] !== 'aws') return undefined
    if (origin.network === undefined || origin.networkKind === 'aws') return undefined
    return { reason: `session first used inside AWS, now from ${origin.network} ${origin.organisation ?? ''}` }
  },
}
