import { maturity } from '../../domain/baseline.ts'
import { distinctIn } from '../across-credentials.ts'
import type { Detector } from '../detector.ts'
import { isInPlace } from '../familiar.ts'

/** Discovery reads that are new to the identity, in a short time. It counts distinct actions, so polling does not fire it. */
export const discoveryBurst: Detector = {
  id: 'discovery-burst',
  title: 'Many new discovery reads in a short time',
  weight: 0.5,
  group: 'discovery',
  fact: 'enumeration',
  attack: 'T1580',
  runbook: 'Ask the owner whether they run an inventory tool or a new job; if not, treat the credential as stolen.',
  delivery: 'every-call',
  matches(signal, context) {
    if (!signal.isReadOnly) return undefined
    const distinct = distinctIn(context, 'discovered', { at: signal.time, from: 12 })
    const confidence = maturity(context.baseline)
    // A workload in its place reads what its code reads, and in its first days all of that is new.
    if (confidence < 1 && isInPlace(signal)) return undefined
    if (distinct < (confidence >= 0.5 ? 5 : 8)) return undefined
    // Where little is known of the identity every read is new, so a burst is weaker evidence.
    return {
      reason: `${distinct} discovery reads new to this identity within 10 minutes`,
      weight: (distinct >= 12 ? 0.6 : 0.5) * (0.5 + 0.5 * confidence),
    }
  },
}
