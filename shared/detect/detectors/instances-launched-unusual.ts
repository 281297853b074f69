import { type Signal, text } from '../../domain/signal.ts'

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
    'ec2:RequestSpotFleet',
    'ec2:CreateFleet',
    'autoscaling:CreateAutoScalingGroup',
    'eks:CreateNodegroup',
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
  const { type, count } = namedIn(action, request)
  const number = Number(count ?? 1)
  return { type: (type ?? '').replace(/^ml\./, ''), count: Number.isFinite(number) ? number : 1 }
}

/** Where each call has the type and the number, as CloudTrail writes its parameters. */
function namedIn(action: string, request: Signal['request']): { type: string | undefined; count: number | string | undefined } {
  const type = text(request, 'instanceType')
  switch (action) {
    case 'ecs:CreateService':
      return { type, count: text(request, 'desiredCount') }
    case 'ecs:RunTask':
      return { type, count: text(request, 'count') }
    case 'lightsail:CreateInstances':
      return { type: text(request, 'bundleId'), count: Array.isArray(request.instanceNames) ? request.instanceNames.length : undefined }
    case 'autoscaling:CreateAutoScalingGroup':
      return { type, count: text(request, 'desiredCapacity') ?? text(request, 'minSize') }
    case 'eks:CreateNodegroup':
      return { type: text(request, 'instanceTypes', '0'), count: text(request, 'scalingConfig', 'desiredSize') }
    case 'ec2:RequestSpotInstances':
      return { type: text(request, 'launchSpecification', 'instanceType') ?? type, count: text(request, 'instanceCount') }
    case 'ec2:RequestSpotFleet':
      return { type, count: text(request, 'spotFleetRequestConfig', 'targetCapacity') }
    case 'ec2:CreateFleet':
      return { type, count: text(request, 'CreateFleetRequest', 'TargetCapacitySpecification', 'TotalTargetCapacity') }
    default:
      return { type, count: text(request, 'instancesSet', 'items', '0', 'maxCount') }
  }
}
