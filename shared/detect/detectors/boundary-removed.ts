import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const boundaryRemoved: Detector = {
  id: 'boundary-removed',
  title: 'Permissions boundary removed',
  weight: 0.58,
  group: 'privilege',
  attack: 'T1548',
  runbook: 'Restore the boundary, then ask the caller why they removed it.',
  actions: ['iam:DeleteUserPermissionsBoundary', 'iam:DeleteRolePermissionsBoundary'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    return signal.outcome === 'denied'
      ? {
          reason: `tried ${signal.action} of ${text(signal.request, 'userName') ?? text(signal.request, 'roleName') ?? 'an identity'}, refused`,
          weight: 0.45,
        }
      : { reason: `${signal.action} of ${text(signal.request, 'userName') ?? text(signal.request, 'roleName') ?? 'an identity'}` }
  },
}
