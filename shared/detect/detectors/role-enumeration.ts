import { distinctIn } from '../across-credentials.ts'
import type { Detector } from '../detector.ts'

/** A job that lost a permission is refused one role; an intruder who tries all roles is refused many. */
export const roleEnumeration: Detector = {
  id: 'role-enumeration',
  title: 'Many roles tried and refused',
  weight: 0.6,
  group: 'discovery',
  attack: 'T1087.004',
  runbook: 'Check in CloudTrail which roles it did assume, and treat the sessions of those as stolen too.',
  actions: ['sts:AssumeRole'],
  matches(signal, context) {
    if (signal.outcome === 'success') return undefined
    const roles = distinctIn(context, 'refused-role', { at: signal.time })
    return roles < 5 ? undefined : { reason: `${roles} different roles refused within 10 minutes` }
  },
}
