import { has, items } from '../../domain/parameters.ts'
import { type Signal, text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** Instance types with accelerators, and the largest sizes: what cryptominers launch. */
const COSTLY = /^(p\d|g\d|trn|inf|dl|u-|x\d)|\.(metal|(12|16|18|24|32|48|96|112)xlarge)/

export const instancesLaunchedUnusual: Detector = {
  id: 'instances-launched-unusual',
  title: 'Costly or many instances launched',
  weight: 0.58,
  group: 'abuse',
  attack: 'T1496',
  runbook: 'Stop the instances, then look for more in every region.',
  readsRequest: 'harm',
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
    const { type, count } = requestedBy(signal)
    if (!COSTLY.test(type) && count < 10) return undefined
    return { reason: `requested ${count} × ${type === '' ? 'an unnamed type' : type}${signal.outcome === 'denied' ? ', refused' : ''}` }
  },
}

/** The instance type that a call requests, empty where it names none, and the number of instances, 1 where it names none. */
function requestedBy({ action, request }: Signal): { type: string; count: number } {
  const { type, count } = parametersOf(action, request)
  const number = Number(count ?? 1)
  return { type: (type ?? '').replace(/^ml\./, ''), count: Number.isFinite(number) ? number : 1 }
}

/** The type and the number in the request parameters of each call, as CloudTrail records them. */
function parametersOf(action: string, request: Signal['request']): { type: string | undefined; count: number | string | undefined } {
  const type = text(request, 'instanceType')
  switch (action) {
    case 'ecs:CreateService':
      return { type, count: text(request, 'desiredCount') }
    case 'ecs:RunTask':
      return { type, count: text(request, 'count') }
    case 'lightsail:CreateInstances':
      return { type: text(request, 'bundleId'), count: has(request, 'instanceNames') ? items(request, 'instanceNames').length : undefined }
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
