import { has } from '../../domain/parameters.ts'
import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** CloudTrail writes asterisks in place of the password. Rotation by Secrets Manager does not come this way. */
export const databasePasswordReset: Detector = {
  id: 'database-password-reset',
  title: 'Master password of a database reset',
  weight: 0.4,
  group: 'persistence',
  attack: 'T1098',
  sparesOwnWorks: true,
  runbook: 'Reset the password again, then check who signed in to the database and whether a restored copy of it runs.',
  readsRequest: 'harm',
  actions: ['rds:ModifyDBInstance', 'rds:ModifyDBCluster', 'redshift:ModifyCluster'],
  matches({ request, outcome }) {
    if (outcome !== 'success' || !has(request, 'masterUserPassword')) return undefined
    const name = text(request, 'dBInstanceIdentifier') ?? text(request, 'dBClusterIdentifier') ?? text(request, 'clusterIdentifier')
    return { reason: `reset the master password of ${name ?? 'a database'}` }
  },
}
