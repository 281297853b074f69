import type { Detector } from '../detector.ts'

/** Workloads call from Amazon’s networks or through an endpoint. A company that routes its cloud through its own network should protect that by policy. */
export const workloadCredentialsOffAws: Detector = {
  id: 'workload-credentials-off-aws',
  title: 'Credentials of an instance or a function used outside AWS',
  weight: 0.65,
  group: 'origin',
  attack: 'T1552.005',
  runbook: 'End the role’s sessions; find the hole by which the metadata service or the environment was read.',
  matches({ credential, origin }) {
    if (credential.workload === undefined || origin.addressKind !== 'public' || origin.networkKind === 'aws') return undefined
    // Amazon may have taken a range into use since the file of networks was made.
    if (origin.networkKind === undefined) return { reason: `session of ${credential.workload} called from an unknown network`, weight: 0.4 }
    return { reason: `session of ${credential.workload} called from ${origin.network} ${origin.organisation ?? ''}` }
  },
}
