import { maturity } from '../../domain/baseline.ts'
import type { Detector } from '../detector.ts'

export const slowEnumeration: Detector = {
  id: 'slow-enumeration',
  title: 'Looked around the account over hours',
  weight: 0.4,
  group: 'discovery',
  attack: 'T1526',
  runbook: 'Compare with what the job does on other days; slow sweeps hide between the owner’s calls.',
  matches(signal, { window, baseline }) {
    if (!signal.isReadOnly || window.discovered.ids.length < 15 || maturity(baseline) < 0.5) return undefined
    return {
      reason: `${window.discovered.ids.length} or more kinds of read new to this identity since ${new Date(window.first).toISOString().slice(0, 16)}`,
    }
  },
}
