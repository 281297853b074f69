import { isNew } from '../../domain/baseline.ts'
import type { Detector } from '../detector.ts'

export const callerIdentityFromNewPlace: Detector = {
  id: 'caller-identity-from-new-place',
  title: 'Access key tested from a new country or with a new tool',
  weight: 0.4,
  group: 'origin',
  fact: 'tool',
  attack: 'T1087.004',
  runbook: 'Ask the owner whether the key was moved; if not, treat it as stolen: intruders nearly always make this call first.',
  actions: ['sts:GetCallerIdentity'],
  matches({ credential, origin }, { baseline }) {
    if (credential.kind !== 'access-key') return undefined
    const isNewCountry = isNew(baseline, 'country', origin.country)
    const isNewAgent = isNew(baseline, 'agentFamily', origin.agentFamily)
    if (!isNewCountry && !isNewAgent) return undefined
    return isNewCountry
      ? { reason: `GetCallerIdentity from ${origin.country}, new for this identity`, fact: 'place' }
      : { reason: `GetCallerIdentity by ${origin.agentFamily}, new for this identity`, weight: 0.2 }
  },
}
