import { jsonOf } from '../../domain/parameters.ts'
import type { Detector } from '../detector.ts'

/** The parameters that say with whom something is shared. */
const SHARES = [
  'createVolumePermission',
  'launchPermission',
  'valuesToAdd',
  'accountIdsToAdd',
  'accountWithRestoreAccess',
  'consumerIdentifier',
]

export const snapshotShared: Detector = {
  id: 'snapshot-shared',
  title: 'Snapshot, image or document shared with another account or everybody',
  weight: 0.6,
  group: 'exfiltration',
  attack: 'T1537',
  runbook: 'Check whether the account named is yours; if not, remove the share.',
  readsRequest: 'rights',
  actions: [
    'ec2:ModifySnapshotAttribute',
    'ec2:ModifyImageAttribute',
    'rds:ModifyDBSnapshotAttribute',
    'rds:ModifyDBClusterSnapshotAttribute',
    'ssm:ModifyDocumentPermission',
    'redshift:AuthorizeSnapshotAccess',
    'redshift:AuthorizeDataShare',
  ],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const json = SHARES.map((parameter) => jsonOf(signal.request, parameter)).join(' ')
    const isPublic = /"all"/.test(json)
    const other = json.match(/\d{12}/g)?.find((account) => account !== signal.account)
    if (!isPublic && other === undefined) return undefined
    if (/"remove"/.test(json) && !/"add"/.test(json)) return undefined
    return { reason: isPublic ? 'shared with everybody' : `shared with account ${other}`, weight: isPublic ? 0.65 : 0.6 }
  },
}
