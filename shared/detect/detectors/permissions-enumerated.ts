import { burstOf } from '../../domain/credential-window.ts'
import type { Detector } from '../detector.ts'

/** Tools that enumerate permissions try hundreds of calls; even slow ones are refused a dozen in ten minutes. */
export const permissionsEnumerated: Detector = {
  id: 'permissions-enumerated',
  title: 'Permissions tried out one by one',
  weight: 0.7,
  group: 'denial',
  attack: 'T1069.003',
  runbook: 'Treat the credential as stolen: only tools that enumerate permissions do this.',
  matches(signal, { window }) {
    if (signal.outcome === 'success' || window.denied.ids.length < 12) return undefined
    const refused = burstOf(window.denied, signal.time)
    return refused < 12 ? undefined : { reason: `${refused} or more different actions refused within 10 minutes` }
  },
}
