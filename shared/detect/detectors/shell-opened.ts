import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const shellOpened: Detector = {
  id: 'shell-opened',
  title: 'Shell opened on an instance, in a container or a notebook',
  weight: 0.4,
  group: 'abuse',
  attack: 'T1021.007',
  runbook: 'Ask the owner whether they opened it; if not, end the session in Systems Manager.',
  actions: [
    'ssm:StartSession',
    'ssm:ResumeSession',
    'ecs:ExecuteCommand',
    'sagemaker:CreatePresignedNotebookInstanceUrl',
    'sagemaker:CreatePresignedDomainUrl',
    'glue:CreateDevEndpoint',
  ],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    // A development endpoint runs as the role that its creator names, and opens to whoever has the SSH key.
    if (signal.action === 'glue:CreateDevEndpoint') return { reason: 'created a Glue development endpoint', weight: 0.5 }
    return {
      reason: `${signal.action} on ${text(signal.request, 'target') ?? text(signal.request, 'cluster') ?? text(signal.request, 'notebookInstanceName') ?? 'a machine'}`,
    }
  },
}
