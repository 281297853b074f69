import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const databaseDeleted: Detector = {
  id: 'database-deleted',
  title: 'Database deleted',
  weight: 0.56,
  group: 'impact',
  fact: 'deletions',
  attack: 'T1485',
  sparesOwnWorks: true,
  runbook: 'Ask the owner whether they requested it; if not, restore the database from its last snapshot.',
  actions: ['rds:DeleteDBInstance', 'rds:DeleteDBCluster', 'dynamodb:DeleteTable', 'redshift:DeleteCluster'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    return {
      reason: `${signal.action} ${text(signal.request, 'dBInstanceIdentifier') ?? text(signal.request, 'dBClusterIdentifier') ?? text(signal.request, 'tableName') ?? ''}`,
    }
  },
}
