import { isMature, isNew } from '../../domain/baseline.ts'
import type { Detector } from '../detector.ts'

/** An assumption from the side of the role; `new-peer` looks at the same call from the side of the caller. */
export const newAssumer: Detector = {
  id: 'new-assumer',
  title: 'Role assumed by an identity new to it',
  weight: 0.2,
  group: 'origin',
  attack: 'T1078.004',
  runbook: 'Ask the role’s owner whether they know the caller; if it is of another account, check who changed the trust policy.',
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
