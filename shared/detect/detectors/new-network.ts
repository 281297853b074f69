import { isMature, isNew } from '../../domain/baseline.ts'
import type { Detector } from '../detector.ts'

/** Weak evidence alone. Networks that rent out machines count more, because intruders seldom call from their own connection. */
export const newNetwork: Detector = {
  id: 'new-network',
  title: 'Call from a network new to this identity',
  weight: 0.25,
  group: 'origin',
  fact: 'place',
  attack: 'T1078.004',
  runbook: 'Ask the owner about a new office, CI runner or internet provider.',
  matches({ origin }, { baseline }) {
    if (origin.network === undefined || !isMature(baseline) || !isNew(baseline, 'network', origin.network)) return undefined
    const isRented = origin.networkKind === 'hosting' || origin.networkKind === 'anonymiser'
    return { reason: `from ${origin.network} ${origin.organisation ?? ''}`, ...(isRented ? { weight: 0.35, fact: 'rented-network' } : {}) }
  },
}
