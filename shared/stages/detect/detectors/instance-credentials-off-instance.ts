/** EC2 names the sessions of an instance after it. */
const INSTANCE = /^i-[0-9a-f]{8,17}$/

/** Systems that people sit at. Instances of them exist, but rarely with a role that is called by hand. */
const DESKTOP = /Darwin|macOS|Windows\/(10|11)|Kali|parrot/i

import type { Detector } from '../detector.ts'

export const instanceCredentialsOffInstance: Detector = {
  id: 'instance-credentials-off-instance',
  title: 'Instance credentials used from a desktop',
  weight: 0.6,
  group: 'origin',
  attack: 'T1552.005',
  runbook: 'End the role’s sessions; find the hole by which the instance metadata was read.',
  matches({ credential, origin }) {
    if (credential.kind !== 'session' || !INSTANCE.test(credential.sessionName ?? '')) return undefined
    const system = origin.agent.match(DESKTOP)?.[0]
    return system === undefined ? undefined : { reason: `session of ${credential.sessionName} called from ${system}` }
  },
}
