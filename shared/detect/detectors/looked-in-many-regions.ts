import { FEATURE_LIMITS } from '../../domain/baseline.ts'
import { distinctOf } from '../../domain/credential-window.ts'
import type { Detector } from '../detector.ts'

/** Work stays in its regions. Who looks for what to take, or where there is room to mine, asks all of them the same. */
export const lookedInManyRegions: Detector = {
  id: 'looked-in-many-regions',
  title: 'Looked around in region after region',
  weight: 0.45,
  group: 'discovery',
  attack: 'T1580',
  runbook:
    'Ask the owner whether a new inventory or posture tool runs; an intruder’s next step is a launch in the region that you watch least.',
  matches(signal, { window, baseline }) {
    if (!signal.isReadOnly || !window.counted.has('new-region')) return undefined
    // An inventory of more regions than a baseline holds meets forgotten ones every day.
    if (baseline.features.region.values.length >= FEATURE_LIMITS.region) return undefined
    const regions = distinctOf(window, 'new-region', signal.time)
    return regions < 5 ? undefined : { reason: `reads in ${regions} regions new to this identity within 10 minutes` }
  },
}
