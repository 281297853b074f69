import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const adminGroupJoined: Detector = {
  id: 'admin-group-joined',
  title: 'User added to a group of administrators',
  weight: 0.5,
  group: 'privilege',
  attack: 'T1098.003',
  runbook: 'Ask the user’s manager whether they requested it; if not, remove the user from the group.',
  readsRequest: 'rights',
  actions: ['iam:AddUserToGroup'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const group = text(signal.request, 'groupName') ?? ''
    return /admin|root|power|owner/i.test(group)
      ? { reason: `added ${text(signal.request, 'userName') ?? 'a user'} to ${group}` }
      : undefined
  },
}
