import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const projectMadePublic: Detector = {
  id: 'project-made-public',
  title: 'CodeBuild project made public',
  weight: 0.57,
  group: 'exfiltration',
  attack: 'T1567',
  runbook: 'Make the project private again, then look for secrets in its logs and rotate them.',
  readsRequest: 'rights',
  actions: ['codebuild:UpdateProjectVisibility'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    return text(signal.request, 'projectVisibility') === 'PUBLIC_READ' ? { reason: 'made a build project public' } : undefined
  },
}
