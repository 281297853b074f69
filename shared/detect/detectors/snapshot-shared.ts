import type { Detector } from '../detector.ts'

export const snapshotShared: Detector = {
  id: 'snapshot-shared',
  title: 'Snapshot, image or document shared with another account or everybody',
  weight: 0.6,
  group: 'exfiltration',
  attack: 'T1537',
  runbook: 'Check whether the account named is yours; if not, remove the share.',
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
    const json = JSON.stringify([
      signal.request.createVolumePermission,
      signal.request.launchPermission,
      signal.request.valuesToAdd,
      signal.request.accountIdsToAdd,
      signal.request.accountWithRestoreAccess,
      signal.request.consumerIdentifier,
    ])
    const isPublic = /"all"/.test(json)
    const other = json.match(/\d{12}/g)?.find((account) => account !== signal.account)
    if (!isPublic && other === undefined) return undefined
    if (/"remove"/.test(json) && !/"add"/.test(json)) return undefined
    return { reason: isPublic ? 'shared with everybody' : `shared with account ${other}`, weight: isPublic ? 0.65 : 0.6 }
  },
}
