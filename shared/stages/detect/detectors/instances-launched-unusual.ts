import { text } from '../../../domain/signal.ts'

/** Types with accelerators, and the largest sizes: what miners and model thieves start. */
const COSTLY = /^(p\d|g\d|trn|inf|dl|u-|x\d)|\.(metal|(12|16|18|24|32|48|96|112)xlarge)/

import type { Detector } from '../detector.ts'

export const instancesLaunchedUnusual: Detector = {
  id: 'instances-launched-unusual',
  title: 'Costly or many instances started',
  weight: 0.58,
  group: 'abuse',
  attack: 'T1496',
  runbook: 'Stop the instances, and look in every region for more.',
  actions: ['ec2:RunInstances', 'ec2:RequestSpotInstances', 'ec2:CreateFleet'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    const type = text(signal.request, 'instanceType') ?? ''
    const items = signal.request.instancesSet
    const first = typeof items === 'object' && items !== null && 'items' in items && Array.isArray(items.items) ? items.items[0] : undefined
    const count = Number(text(first, 'maxCount') ?? 1)
    if (!COSTLY.test(type) && count < 10) return undefined
    return { reason: `asked for ${count} × ${type === '' ? 'an unnamed type' : type}${signal.outcome === 'denied' ? ', refused' : ''}` }
  },
}
