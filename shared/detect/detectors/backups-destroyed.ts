import { flag, jsonOf, number } from '../../domain/parameters.ts'
import type { Detector } from '../detector.ts'

export const backupsDestroyed: Detector = {
  id: 'backups-destroyed',
  title: 'Backups deleted or disabled',
  weight: 0.6,
  group: 'impact',
  attack: 'T1490',
  sparesOwnWorks: true,
  runbook: 'Contain the identity first, then find out which backups can still be restored.',
  readsRequest: 'harm',
  actions: [
    'rds:DeleteDBInstanceAutomatedBackup',
    'rds:DeleteDBClusterAutomatedBackup',
    'backup:DeleteBackupVault',
    'backup:DeleteRecoveryPoint',
    'backup:DeleteBackupPlan',
    'dynamodb:DeleteBackup',
    'rds:ModifyDBInstance',
    'rds:ModifyDBCluster',
    's3:DeleteBucketReplication',
    's3:PutBucketVersioning',
  ],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    if (signal.action === 's3:PutBucketVersioning')
      return /"Status":"Suspended"/.test(jsonOf(signal.request)) ? { reason: 'suspended versioning of a bucket', weight: 0.45 } : undefined
    if (!signal.action.startsWith('rds:Modify')) return { reason: signal.action }
    const isUnprotected = flag(signal.request, 'deletionProtection') === false
    const isWithoutBackups = number(signal.request, 'backupRetentionPeriod') === 0
    if (!isUnprotected && !isWithoutBackups) return undefined
    return {
      reason: isWithoutBackups ? 'disabled backups of a database' : 'disabled deletion protection of a database',
      weight: 0.57,
    }
  },
}
