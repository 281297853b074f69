import { isNew } from '../../domain/baseline.ts'
import type { Detector } from '../detector.ts'

export const callerIdentityFromNewPlace: Detector = {
  id: 'caller-identity-from-new-place',
  title: 'Key tried out from a new place',
  weight: 0.4,
  group: 'discovery',
  attack: 'T1087.004',
  runbook: 'Ask the owner whether the key moved; the first call of a stolen key is nearly always this one.',
  actions: ['sts:GetCallerIdentity'],
  matches({ credential, origin }, { baseline }) {
    if (credential.kind !== 'access-key') return undefined
    const isNewCountry = isNew(baseline, 'country', origin.country)
    const isNewAgent = isNew(baseline, 'agentFamily', origin.agentFamily)
    if (!isNewCountry && !isNewAgent) return undefined
    return { reason: `GetCallerIdentity ${isNewCountry ? `from ${origin.country}` : `by ${origin.agentFamily}`}, new for this identity` }
  },
}
