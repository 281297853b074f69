import { text } from '../../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const shellOpened: Detector = {
  id: 'shell-opened',
  title: 'Shell opened on an instance or in a container',
  weight: 0.4,
  group: 'abuse',
  attack: 'T1021.007',
  runbook: 'Ask the owner; end the session in Systems Manager.',
  actions: ['ssm:StartSession', 'ssm:ResumeSession', 'ecs:ExecuteCommand'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    return { reason: `${signal.action} on ${text(signal.request, 'target') ?? text(signal.request, 'cluster') ?? 'a machine'}` }
  },
}
