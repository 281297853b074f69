import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** The calls are those that the steps declare. The responder's own are left out before any detector sees them. */
export const containmentReversed: Detector = {
  id: 'containment-reversed',
  title: 'Containment taken away',
  weight: 0.8,
  group: 'evasion',
  attack: 'T1685',
  countsRefusedByUs: true,
  runbook: 'Contain the caller too: a reviewer’s release is the only legitimate way to end a containment.',
  delivery: 'credential-changes',
  matches({ reverses, action, outcome, request }) {
    if (reverses === undefined) return undefined
    const whose = text(request, 'userName') ?? text(request, 'roleName') ?? 'the caller'
    return outcome === 'success'
      ? { reason: `${action} of ${whose} against incident ${reverses}` }
      : { reason: `tried ${action} of ${whose} against incident ${reverses}, refused`, weight: 0.6 }
  },
}
