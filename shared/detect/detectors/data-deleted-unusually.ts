import { isMature, isNew, isRecentAction } from '../../domain/baseline.ts'
import { DATA_DESTRUCTION } from '../../domain/call-rate.ts'
import { distinctIn } from '../across-credentials.ts'
import type { Context, Detector } from '../detector.ts'

/** So many resources with data, deleted within ten minutes, are no housekeeping of a job that has none. */
const MIN_DELETED = 3

/** Whoever makes backups as its work removes old ones as well, the first of them weeks later. */
const MADE_BY: Readonly<Record<string, readonly string[]>> = {
  'ec2:DeleteSnapshot': ['ec2:CreateSnapshot', 'ec2:CreateSnapshots', 'ec2:CopySnapshot'],
  'rds:DeleteDBSnapshot': ['rds:CreateDBSnapshot', 'rds:CopyDBSnapshot'],
  'rds:DeleteDBClusterSnapshot': ['rds:CreateDBClusterSnapshot', 'rds:CopyDBClusterSnapshot'],
  'dynamodb:DeleteBackup': ['dynamodb:CreateBackup'],
  'backup:DeleteRecoveryPoint': ['backup:StartBackupJob', 'backup:StartCopyJob'],
}

/**
 * The owner's own runner in other hands has the usual place and the usual tool. What is left is that it deletes data of kinds which it never deleted before
 * today, and several of them at once.
 */
export const dataDeletedUnusually: Detector = {
  id: 'data-deleted-unusually',
  title: 'Data deleted in bulk by an identity that never does',
  weight: 0.75,
  group: 'impact',
  attack: 'T1485',
  sparesOwnWorks: true,
  runbook: 'Ask the owner at once whether they take something down; if not, contain the identity and restore from backups.',
  delivery: [...DATA_DESTRUCTION],
  matches(signal, context) {
    const { baseline } = context
    const { action, time, outcome } = signal
    if (!DATA_DESTRUCTION.has(action) || outcome !== 'success' || !isMature(baseline)) return undefined
    if (!isUnfamiliar(action, context, time) || MADE_BY[action]?.some((made) => !isUnfamiliar(made, context, time))) return undefined
    const deleted = distinctIn(context, 'data-destroyed', { at: time })
    return deleted < MIN_DELETED
      ? undefined
      : { reason: `${deleted} or more databases, backups, buckets or keys deleted within 10 minutes; ${action} is new to it` }
  },
}

/** True for a call that the identity never made before today. */
function isUnfamiliar(action: string, { baseline }: Context, time: number): boolean {
  return isNew(baseline, 'action', action) || isRecentAction(baseline, action, time)
}
