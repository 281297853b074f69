import { isMature, isNew } from '../../domain/baseline.ts'
import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const newPeer: Detector = {
  id: 'new-peer',
  title: 'Role assumed for the first time by this identity',
  weight: 0.25,
  group: 'novelty',
  attack: 'T1078.004',
  runbook: 'Ask the owner why the job needs the role; check what the session did.',
  actions: ['sts:AssumeRole'],
  matches(signal, { baseline }) {
    const role = text(signal.request, 'roleArn')
    if (role === undefined || !isMature(baseline) || !isNew(baseline, 'peer', role)) return undefined
    const isRefused = signal.outcome === 'denied'
    return {
      reason: `${isRefused ? 'tried to assume' : 'assumed'} ${role.slice(role.lastIndexOf('/') + 1)}`,
      weight: isRefused ? 0.35 : 0.25,
    }
  },
}
