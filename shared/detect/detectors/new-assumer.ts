import { isMature, isNew } from '../../domain/baseline.ts'
import type { Detector } from '../detector.ts'

/** Seen from the role: `new-peer` is the same from the side of who assumes it. */
export const newAssumer: Detector = {
  id: 'new-assumer',
  title: 'Role assumed by somebody who never did',
  weight: 0.2,
  group: 'novelty',
  attack: 'T1078.004',
  runbook: 'Ask the role’s owner who this is; from another account, look who changed the trust policy.',
  looksAt: 'assumption',
  matches({ assumer, identity }, { baseline }) {
    if (assumer === undefined || !isMature(baseline) || baseline.features.assumer.values.length === 0) return undefined
    if (!isNew(baseline, 'assumer', assumer.id)) return undefined
    const isOutside = assumer.account !== identity.account && assumer.kind !== 'aws-service'
    return {
      reason: `assumed by ${assumer.kind} ${assumer.name}${isOutside ? ` of account ${assumer.account}` : ''}`,
      weight: isOutside ? 0.45 : 0.2,
    }
  },
}
