import type { Detector } from '../detector.ts'

/** Desktop operating systems in user agents. Instances that run one seldom call AWS with their role. */
const DESKTOP = /Darwin|macOS|Windows\/(10|11)|Kali|parrot/i

export const workloadCredentialsOnDesktop: Detector = {
  id: 'workload-credentials-on-desktop',
  title: 'Credentials of an instance, a function or a task used from a desktop',
  weight: 0.6,
  group: 'origin',
  fact: 'tool',
  attack: 'T1552.005',
  runbook: 'End the role’s sessions, then find the vulnerability by which the metadata service or the environment was read.',
  delivery: 'session-calls',
  matches({ credential, origin }) {
    const system = credential.workload === undefined ? undefined : origin.agent.match(DESKTOP)?.[0]
    return system === undefined ? undefined : { reason: `session of ${credential.workload} called from ${system}` }
  },
}
