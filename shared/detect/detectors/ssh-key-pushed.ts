import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const sshKeyPushed: Detector = {
  id: 'ssh-key-pushed',
  title: 'SSH key pushed to an instance',
  weight: 0.57,
  group: 'abuse',
  attack: 'T1098.004',
  runbook: 'Check who is signed in to the instance; end the session unless the owner opened it.',
  actions: [
    'ec2-instance-connect:SendSSHPublicKey',
    'ec2-instance-connect:SendSerialConsoleSSHPublicKey',
    'ec2-instance-connect:OpenTunnel',
  ],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    return { reason: `${signal.action} to ${text(signal.request, 'instanceId') ?? 'an instance'}` }
  },
}
