import { isMature } from '../../domain/baseline.ts'
import { entropyOf } from '../../domain/surprisal.ts'
import type { Detector } from '../detector.ts'
import { isFamiliar } from '../familiar.ts'

/** The fewest reads of which a mean is meaningful. */
const MIN_READS = 8

/** How far the mean surprisal must be above the identity's entropy, in bits: the reads are then a sixth as likely as its ordinary calls. */
const EXCESS_BITS = 2.5

/**
 * Compares the mean surprisal of the discovery reads in a window with the entropy of the identity's baseline. It finds an intruder whose reads are
 * not new to the identity, but are ones that the owner makes seldom.
 */
export const readsUnlikeHabit: Detector = {
  id: 'reads-unlike-habit',
  title: 'Discovery reads unlike the habit of the identity',
  weight: 0.4,
  group: 'discovery',
  fact: 'enumeration',
  attack: 'T1580',
  runbook: 'Ask the owner whether the job changed; if not, look for a second user of the credential.',
  delivery: 'every-call',
  matches(signal, context) {
    const { window, baseline } = context
    if (!signal.isReadOnly || window.reads < MIN_READS || !isMature(baseline)) return undefined
    const mean = window.bits / window.reads
    // The excess is at most the mean, so this cheap test comes before the entropy is computed.
    if (mean < EXCESS_BITS || isFamiliar(signal, context)) return undefined
    const excess = mean - entropyOf(baseline)
    return excess < EXCESS_BITS
      ? undefined
      : { reason: `${window.reads} discovery reads, on average ${excess.toFixed(1)} bits more surprising than its calls` }
  },
}
