import { isMature } from '../../domain/baseline.ts'
import { entropyOf } from '../../domain/surprisal.ts'
import type { Detector } from '../detector.ts'
import { isFamiliar } from '../familiar.ts'

/** Fewer reads say nothing of what they are like. */
const LEAST_READS = 8

/** So many bits above the identity's own entropy: its reads are a sixth as likely as its ordinary ones. */
const EXCESS_BITS = 2.5

/**
 * Reads that are none of them new, and together nothing like what the identity does: their mean surprisal against the entropy of its
 * baseline. It finds who looks around with calls that the owner makes too, but seldom.
 */
export const readsUnlikeHabit: Detector = {
  id: 'reads-unlike-habit',
  title: 'Reads unlike those of the identity',
  weight: 0.4,
  group: 'discovery',
  attack: 'T1580',
  runbook: 'Compare with what the job does on other days; look for a second user of the credential.',
  matches(signal, context) {
    const { window, baseline } = context
    if (!signal.isReadOnly || window.reads < LEAST_READS || !isMature(baseline)) return undefined
    const mean = window.bits / window.reads
    // The ceiling of what a read can say comes first: it costs nothing.
    if (mean < EXCESS_BITS || isFamiliar(signal, context)) return undefined
    const excess = mean - entropyOf(baseline)
    return excess < EXCESS_BITS ? undefined : { reason: `${window.reads} reads, ${excess.toFixed(1)} bits above what is usual for it` }
  },
}
