import { isNew, maturity } from '../../domain/baseline.ts'
import { distinctIn } from '../across-credentials.ts'
import { DESTRUCTION } from '../count-activity.ts'
import type { Detector } from '../detector.ts'

/**
 * Infrastructure tools destroy resources by the dozen, so their sessions are exempt. Access keys are not: the caller chooses the user agent, and
 * access keys are the credentials that leak.
 */
const INFRASTRUCTURE_TOOLS: ReadonlySet<string> = new Set(['terraform', 'pulumi', 'cloudformation', 'aws-service'])

export const destroyedInBulk: Detector = {
  id: 'destroyed-in-bulk',
  title: 'Many resources destroyed in a short time',
  weight: 0.58,
  group: 'impact',
  fact: 'deletions',
  attack: 'T1485',
  sparesOwnWorks: true,
  runbook: 'Contain the identity first, then secure the snapshots, versions and backups, and restore from them.',
  actions: [...DESTRUCTION],
  matches(signal, context) {
    const { baseline } = context
    if (signal.outcome !== 'success' || (INFRASTRUCTURE_TOOLS.has(signal.origin.agentFamily) && signal.credential.kind !== 'access-key'))
      return undefined
    const destroyed = distinctIn(context, 'destroyed', { at: signal.time })
    if (destroyed < 10) return undefined
    const isUnusual = maturity(baseline) >= 0.5 && isNew(baseline, 'action', signal.action)
    // Instances come and go, and their data is on volumes.
    const isData = distinctIn(context, 'data-destroyed', { at: signal.time }) > 0
    return { reason: `${destroyed} or more resources destroyed within 10 minutes`, weight: isData ? (isUnusual ? 0.65 : 0.58) : 0.45 }
  },
}
