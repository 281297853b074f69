import { isNew } from '../../domain/baseline.ts'
import type { Detector } from '../detector.ts'

/** A caller behind Tor or a commercial VPN hides where the call comes from; workloads never do. */
export const anonymisedOrigin: Detector = {
  id: 'anonymised-origin',
  title: 'Call through Tor or a commercial VPN',
  weight: 0.4,
  group: 'origin',
  fact: 'rented-network',
  attack: 'T1090.003',
  runbook: 'Ask the owner whether they use a commercial VPN; if not, or if the identity is a workload, treat the credential as stolen.',
  delivery: 'every-call',
  matches({ origin, credential }, { baseline }) {
    if (origin.networkKind !== 'anonymiser') return undefined
    if (baseline.calls > 0 && !isNew(baseline, 'network', origin.network)) return undefined
    return {
      reason: `from ${origin.network} ${origin.organisation ?? ''}, a network of Tor or VPN exits`,
      weight: credential.kind === 'access-key' ? 0.4 : 0.3,
    }
  },
}
