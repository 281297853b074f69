import { texts } from '../../domain/parameters.ts'
import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const clusterAdminGranted: Detector = {
  id: 'cluster-admin-granted',
  title: 'Administrator permissions in an EKS cluster granted',
  weight: 0.5,
  group: 'privilege',
  attack: 'T1098.006',
  sparesOwnWorks: true,
  runbook:
    'Ask the owner of the cluster whether they requested it; if not, delete the access entry and read the cluster’s audit log since.',
  readsRequest: 'rights',
  actions: ['eks:AssociateAccessPolicy', 'eks:CreateAccessEntry', 'eks:UpdateAccessEntry'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const cluster = text(signal.request, 'name') ?? 'a cluster'
    const policy = text(signal.request, 'policyArn') ?? ''
    const groups = texts(signal.request, 'kubernetesGroups')
    if (!/Admin/.test(policy) && !groups.includes('system:masters')) return undefined
    return { reason: `granted administrator in ${cluster}` }
  },
}
