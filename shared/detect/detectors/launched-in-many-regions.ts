import { distinctIn } from '../across-credentials.ts'
import { LAUNCHES } from '../count-activity.ts'
import type { Detector } from '../detector.ts'

/** Quotas apply per region, so cryptominers launch in all of them. Refused launches count too: they show where the quota is. */
export const launchedInManyRegions: Detector = {
  id: 'launched-in-many-regions',
  title: 'Instances launched in many regions',
  weight: 0.6,
  group: 'abuse',
  attack: 'T1535',
  runbook: 'Stop the instances in every region, beginning with the regions that you do not use.',
  actions: [...LAUNCHES],
  delivery: 'other-regions',
  matches(signal, context) {
    const regions = distinctIn(context, 'launch-region', { at: signal.time })
    return regions < 3 ? undefined : { reason: `instances requested in ${regions} regions within 10 minutes` }
  },
}
