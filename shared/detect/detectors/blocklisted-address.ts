import type { Detector } from '../detector.ts'

export const blocklistedAddress: Detector = {
  id: 'blocklisted-address',
  title: 'Call from an address of ill repute',
  weight: 0.6,
  group: 'origin',
  attack: 'T1078.004',
  runbook: 'Look the address up where the list came from; contain unless it is a known mistake.',
  matches({ origin }) {
    return origin.isBlocklisted
      ? { reason: `from ${origin.address}${origin.network === undefined ? '' : ` (${origin.network})`}, on the policy’s list` }
      : undefined
  },
}
