import type { Detector } from '../detector.ts'

/** A machine that somebody holds gets another role: its metadata service then gives out the keys to it. */
export const instanceProfileSwapped: Detector = {
  id: 'instance-profile-swapped',
  title: 'Role of a running instance changed',
  weight: 0.4,
  group: 'privilege',
  attack: 'T1548.005',
  runbook: 'Put the old profile back, and end the sessions of the new role.',
  actions: ['ec2:ReplaceIamInstanceProfileAssociation', 'ec2:AssociateIamInstanceProfile'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    const profile = JSON.stringify(signal.request).match(/"(?:Name|name|Arn|arn)":"([^"]{1,64})/)?.[1] ?? 'another profile'
    return { reason: `${signal.outcome === 'denied' ? 'tried to give' : 'gave'} an instance ${profile}` }
  },
}
