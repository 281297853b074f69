import { distinctOf } from '../../domain/credential-window.ts'
import { LAUNCHES } from '../count-activity.ts'
import type { Detector } from '../detector.ts'

/** Quotas count by region: who mines takes all of them. Refused launches count, they are how a quota is found. */
export const launchedInManyRegions: Detector = {
  id: 'launched-in-many-regions',
  title: 'Machines started in region after region',
  weight: 0.6,
  group: 'abuse',
  attack: 'T1535',
  runbook: 'Stop what runs in every region, the ones that you do not use first.',
  actions: [...LAUNCHES],
  matches(signal, { window }) {
    const regions = distinctOf(window, 'launch-region', signal.time)
    return regions < 3 ? undefined : { reason: `machines asked for in ${regions} regions within 10 minutes` }
  },
}
