import { maturity } from '../../domain/baseline.ts'
import { burstOf } from '../../domain/credential-window.ts'
import type { Detector } from '../detector.ts'

/** A look around: reads that are new to the identity, in a short time. Counts distinct actions, so polling does not. */
export const discoveryBurst: Detector = {
  id: 'discovery-burst',
  title: 'Looked around the account in a short time',
  weight: 0.5,
  group: 'discovery',
  attack: 'T1580',
  runbook: 'Compare with what the job does on other days; an inventory tool is announced, an intruder is not.',
  matches(signal, { window, baseline }) {
    if (window.discovered.ids.length < 5 || !signal.isReadOnly) return undefined
    const distinct = burstOf(window.discovered, signal.time)
    const confidence = maturity(baseline)
    if (distinct < (confidence >= 0.5 ? 5 : 8)) return undefined
    // Where little is known every read is new: then a burst says half as much, however wide.
    return {
      reason: `${distinct} kinds of read new to this identity within 10 minutes`,
      weight: (distinct >= 12 ? 0.6 : 0.5) * (0.5 + 0.5 * confidence),
    }
  },
}
