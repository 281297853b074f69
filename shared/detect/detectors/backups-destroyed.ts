import type { Detector } from '../detector.ts'

export const backupsDestroyed: Detector = {
  id: 'backups-destroyed',
  title: 'Backups deleted or switched off',
  weight: 0.6,
  group: 'abuse',
  attack: 'T1490',
  runbook: 'Stop the identity first; then see what can still be restored.',
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
      return /"Status":"Suspended"/.test(JSON.stringify(signal.request))
        ? { reason: 'suspended the versions of a bucket', weight: 0.45 }
        : undefined
    if (!signal.action.startsWith('rds:Modify')) return { reason: signal.action }
    const isUnprotected = signal.request.deletionProtection === false
    const isWithoutBackups = signal.request.backupRetentionPeriod === 0
    if (!isUnprotected && !isWithoutBackups) return undefined
    return {
      reason: isWithoutBackups ? 'switched off backups of a database' : 'took deletion protection off a database',
      weight: 0.57,
    }
  },
}
