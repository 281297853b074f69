import { type Signal, text } from '../../../domain/signal.ts'

/** Types with accelerators, and the largest sizes: what miners and model thieves start. */
const COSTLY = /^(p\d|g\d|trn|inf|dl|u-|x\d)|\.(metal|(12|16|18|24|32|48|96|112)xlarge)/

import type { Detector } from '../detector.ts'

export const instancesLaunchedUnusual: Detector = {
  id: 'instances-launched-unusual',
  title: 'Costly or many machines started',
  weight: 0.58,
  group: 'abuse',
  attack: 'T1496',
  runbook: 'Stop the instances, and look in every region for more.',
  actions: [
    'ec2:RunInstances',
    'ec2:RequestSpotInstances',
    'ec2:CreateFleet',
    'ecs:CreateService',
    'ecs:RunTask',
    'lightsail:CreateInstances',
    'sagemaker:CreateNotebookInstance',
  ],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    const { type, count } = askedFor(signal)
    if (!COSTLY.test(type) && count < 10) return undefined
    return { reason: `asked for ${count} × ${type === '' ? 'an unnamed type' : type}${signal.outcome === 'denied' ? ', refused' : ''}` }
  },
}

/** What a call asked for: the type of a machine, empty where it names none, and how many. */
function askedFor({ action, request }: Signal): { type: string; count: number } {
  const type = (text(request, 'instanceType') ?? '').replace(/^ml\./, '')
  switch (action) {
    case 'ecs:CreateService':
      return { type, count: Number(request.desiredCount ?? 1) }
    case 'ecs:RunTask':
      return { type, count: Number(request.count ?? 1) }
    case 'lightsail:CreateInstances':
      return { type: text(request, 'bundleId') ?? type, count: Array.isArray(request.instanceNames) ? request.instanceNames.length : 1 }
  }
  const items = request.instancesSet
  const first = typeof items === 'object' && items !== null && 'items' in items && Array.isArray(items.items) ? items.items[0] : undefined
  return { type, count: Number(text(first, 'maxCount') ?? 1) }
}
