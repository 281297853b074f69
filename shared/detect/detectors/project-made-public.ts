import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const projectMadePublic: Detector = {
  id: 'project-made-public',
  title: 'Build project made public',
  weight: 0.57,
  group: 'abuse',
  attack: 'T1567',
  runbook: 'Make it private again: its logs may hold secrets.',
  actions: ['codebuild:UpdateProjectVisibility'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    return text(signal.request, 'projectVisibility') === 'PUBLIC_READ' ? { reason: 'made a build project public' } : undefined
  },
}
