import { distinctOf } from '../../domain/credential-window.ts'
import type { Detector } from '../detector.ts'

/** A job that lost its right is refused one role; whoever tries doors is refused many. */
export const roleEnumeration: Detector = {
  id: 'role-enumeration',
  title: 'Many roles tried, and refused',
  weight: 0.6,
  group: 'denial',
  attack: 'T1087.004',
  runbook: 'See which of the roles let it in after all; take those into the incident.',
  actions: ['sts:AssumeRole'],
  matches(signal, { window }) {
    if (signal.outcome === 'success') return undefined
    const roles = distinctOf(window, 'refused-role', signal.time)
    return roles < 5 ? undefined : { reason: `${roles} different roles refused within 10 minutes` }
  },
}
