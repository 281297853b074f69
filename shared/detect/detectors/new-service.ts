import { isMature, isNew } from '../../domain/baseline.ts'
import type { Detector } from '../detector.ts'

export const newService: Detector = {
  id: 'new-service',
  title: 'Service never used by this identity',
  weight: 0.2,
  group: 'novelty',
  attack: 'T1078.004',
  runbook: 'Ask the owner whether the job has a new task that needs the service.',
  delivery: 'every-call',
  matches(signal, { baseline }) {
    if (!isMature(baseline) || !isNew(baseline, 'service', signal.service)) return undefined
    return { reason: `first call to ${signal.service} in ${baseline.calls} calls` }
  },
}
