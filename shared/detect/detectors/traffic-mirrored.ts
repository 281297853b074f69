import type { Detector } from '../detector.ts'

export const trafficMirrored: Detector = {
  id: 'traffic-mirrored',
  title: 'Network traffic mirrored',
  weight: 0.58,
  group: 'exfiltration',
  attack: 'T1040',
  runbook: 'Delete the mirror session, then find out where the traffic was sent.',
  actions: ['ec2:CreateTrafficMirrorSession', 'ec2:CreateTrafficMirrorTarget'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    return { reason: `${signal.action}` }
  },
}
