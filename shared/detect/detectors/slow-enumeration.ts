import { maturity } from '../../domain/baseline.ts'
import type { Detector } from '../detector.ts'

export const slowEnumeration: Detector = {
  id: 'slow-enumeration',
  title: 'Many new discovery reads over hours',
  weight: 0.4,
  group: 'discovery',
  fact: 'enumeration',
  attack: 'T1526',
  runbook: 'Ask the owner whether the job changed; if not, look for a second user who calls between the owner’s calls.',
  delivery: 'every-call',
  matches(signal, { window, baseline }) {
    if (!signal.isReadOnly || window.discovered.ids.length < 15 || maturity(baseline) < 0.5) return undefined
    return {
      reason: `${window.discovered.ids.length} or more discovery reads new to this identity since ${new Date(window.first).toISOString().slice(0, 16)}`,
    }
  },
}
