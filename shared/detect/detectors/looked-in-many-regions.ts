import { FEATURE_LIMITS } from '../../domain/baseline.ts'
import { distinctIn } from '../across-credentials.ts'
import type { Detector } from '../detector.ts'

/** Workloads stay in their regions. An intruder who looks for data, or for free quota, makes the same reads in all regions. */
export const lookedInManyRegions: Detector = {
  id: 'looked-in-many-regions',
  title: 'Discovery reads in many regions',
  weight: 0.45,
  group: 'discovery',
  fact: 'enumeration',
  attack: 'T1580',
  runbook:
    'Ask the owner whether a new inventory or posture tool runs; if not, treat the credential as stolen and watch all regions for launches.',
  delivery: 'other-regions',
  matches(signal, context) {
    const { baseline, window, across } = context
    if (!signal.isReadOnly || !(window.counted.has('new-region') || across?.counted.has('new-region'))) return undefined
    // A baseline that holds the most regions it can has forgotten some, so a region may only seem new.
    if (baseline.features.region.values.length >= FEATURE_LIMITS.region) return undefined
    const regions = distinctIn(context, 'new-region', { at: signal.time })
    return regions < 5 ? undefined : { reason: `reads in ${regions} regions new to this identity within 10 minutes` }
  },
}
