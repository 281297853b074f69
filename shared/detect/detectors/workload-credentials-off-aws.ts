import type { Detector } from '../detector.ts'

/**
 * Workloads call from Amazon’s networks or through a VPC endpoint. A company that routes the traffic of its workloads through a network of its own
 * should protect their roles in the policy.
 */
export const workloadCredentialsOffAws: Detector = {
  id: 'workload-credentials-off-aws',
  title: 'Credentials of an instance, a function or a task used outside AWS',
  weight: 0.65,
  group: 'origin',
  fact: 'place',
  attack: 'T1552.005',
  runbook: 'End the role’s sessions, then find the vulnerability by which the metadata service or the environment was read.',
  delivery: 'session-calls',
  matches({ credential, origin }) {
    if (credential.workload === undefined || origin.addressKind !== 'public' || origin.networkKind === 'aws') return undefined
    // Weaker evidence: Amazon may use an address range that is newer than the network database.
    if (origin.networkKind === undefined) return { reason: `session of ${credential.workload} called from an unknown network`, weight: 0.4 }
    return { reason: `session of ${credential.workload} called from ${origin.network} ${origin.organisation ?? ''}` }
  },
}
