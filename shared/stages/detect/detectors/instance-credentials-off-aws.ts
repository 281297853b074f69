/** EC2 names the sessions of an instance after it. */
const INSTANCE = /^i-[0-9a-f]{8,17}$/

import type { Detector } from '../detector.ts'

/** Instances call from Amazon’s networks or through an endpoint. A company that routes its cloud through its own network should protect that by policy. */
export const instanceCredentialsOffAws: Detector = {
  id: 'instance-credentials-off-aws',
  title: 'Instance credentials used outside AWS',
  weight: 0.65,
  group: 'origin',
  attack: 'T1552.005',
  runbook: 'End the role’s sessions; find the hole by which the instance metadata was read.',
  matches({ credential, origin }) {
    if (credential.kind !== 'session' || !INSTANCE.test(credential.sessionName ?? '')) return undefined
    if (origin.networkKind === undefined || origin.networkKind === 'aws') return undefined
    return { reason: `session of ${credential.sessionName} called from ${origin.network} ${origin.organisation ?? ''}` }
  },
}
