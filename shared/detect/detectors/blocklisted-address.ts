import type { Detector } from '../detector.ts'

export const blocklistedAddress: Detector = {
  id: 'blocklisted-address',
  title: 'Call from an address on the blocklist',
  weight: 0.6,
  group: 'origin',
  fact: 'reputation',
  attack: 'T1078.004',
  runbook: 'Look the address up at the source of the blocklist; contain the identity unless the entry is a mistake.',
  delivery: 'every-call',
  matches({ origin }) {
    return origin.isBlocklisted
      ? { reason: `from ${origin.address}${origin.network === undefined ? '' : ` (${origin.network})`}, on the policy’s blocklist` }
      : undefined
  },
}
