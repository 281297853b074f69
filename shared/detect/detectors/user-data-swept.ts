import { DISTINCT_LIMIT } from '../../domain/credential-window.ts'
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
    if (instances < 3) return undefined
    const isPartOfScan = context.window.discovered.ids.length >= DISTINCT_LIMIT
    return {
      reason: `user data of ${instances} instances within 10 minutes`,
      ...(isPartOfScan ? { fact: 'enumeration', weight: 0.5 } : {}),
    }
  },
}
