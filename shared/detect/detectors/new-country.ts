import { isNew, maturity } from '../../domain/baseline.ts'
import type { Detector } from '../detector.ts'

/** The weight rises with the maturity of the baseline: where little is known of the identity, a new country is weak evidence. */
export const newCountry: Detector = {
  id: 'new-country',
  title: 'Call from a country new to this identity',
  weight: 0.4,
  group: 'origin',
  fact: 'place',
  attack: 'T1078.004',
  runbook: 'Ask the owner about travel, a new office or a new CI runner; for a workload’s key, ask whether the workload moved.',
  delivery: 'every-call',
  matches({ origin }, { baseline }) {
    if (origin.country === undefined || baseline.features.country.values.length === 0 || !isNew(baseline, 'country', origin.country))
      return undefined
    return { reason: `from ${origin.country}, never seen in ${baseline.calls} calls`, weight: 0.15 + 0.25 * maturity(baseline) }
  },
}
