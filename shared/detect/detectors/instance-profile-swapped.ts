import { jsonOf } from '../../domain/parameters.ts'
import type { Detector } from '../detector.ts'

/** Whoever controls an instance gets the credentials of a new role from its metadata service. */
export const instanceProfileSwapped: Detector = {
  id: 'instance-profile-swapped',
  title: 'Role of a running instance changed',
  weight: 0.4,
  group: 'privilege',
  attack: 'T1548.005',
  runbook: 'Restore the old instance profile, then end the sessions of the new role.',
  actions: ['ec2:ReplaceIamInstanceProfileAssociation', 'ec2:AssociateIamInstanceProfile'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    const profile = jsonOf(signal.request).match(/"(?:Name|name|Arn|arn)":"([^"]{1,64})/)?.[1] ?? '(unnamed)'
    return { reason: `${signal.outcome === 'denied' ? 'tried to give an instance' : 'gave an instance'} the profile ${profile}` }
  },
}
