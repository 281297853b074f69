import { isNew } from '../../domain/baseline.ts'
import type { Detector } from '../detector.ts'

/** Tor exits and VPN companies: who calls from there does not want to be seen, or hires what many hire. */
export const anonymisedOrigin: Detector = {
  id: 'anonymised-origin',
  title: 'Call through Tor or a hired VPN',
  weight: 0.4,
  group: 'origin',
  attack: 'T1090.003',
  runbook: 'Ask the owner whether they work through a VPN company; machines do not.',
  matches({ origin, credential }, { baseline }) {
    if (origin.networkKind !== 'anonymiser') return undefined
    if (baseline.calls > 0 && !isNew(baseline, 'network', origin.network)) return undefined
    return {
      reason: `from ${origin.network} ${origin.organisation ?? ''}, where Tor or a VPN comes out`,
      weight: credential.kind === 'access-key' ? 0.4 : 0.3,
    }
  },
}
