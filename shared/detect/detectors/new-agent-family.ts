import { isMature, isNew } from '../../domain/baseline.ts'
import type { Detector } from '../detector.ts'

/** Weak evidence alone, because teams change tools; stronger together with a new country. */
export const newAgentFamily: Detector = {
  id: 'new-agent-family',
  title: 'Tool never used by this identity',
  weight: 0.2,
  group: 'origin',
  fact: 'tool',
  attack: 'T1078.004',
  runbook: 'Ask the owner whether the job was rewritten or uses another tool now.',
  delivery: 'every-call',
  matches({ origin }, { baseline }) {
    if (origin.addressKind !== 'public' || !isMature(baseline) || !isNew(baseline, 'agentFamily', origin.agentFamily)) return undefined
    return { reason: `called by ${origin.agentFamily}`, weight: origin.agentFamily === 'offensive-tool' ? 0.6 : 0.2 }
  },
}
