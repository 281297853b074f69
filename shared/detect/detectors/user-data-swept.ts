import { distinctIn } from '../across-credentials.ts'
import type { Detector } from '../detector.ts'

export const userDataSwept: Detector = {
  id: 'user-data-swept',
  title: 'User data (start-up scripts) of many instances read',
  weight: 0.58,
  group: 'discovery',
  attack: 'T1552',
  runbook: 'Find the secrets in the user data of the instances named in the calls, and rotate them.',
  countsReads: true,
  actions: ['ec2:DescribeInstanceAttribute'],
  matches(signal, context) {
    const instances = distinctIn(context, 'user-data', { at: signal.time })
    return instances < 3 ? undefined : { reason: `user data of ${instances} instances within 10 minutes` }
  },
}
