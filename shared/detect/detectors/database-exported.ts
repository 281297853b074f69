import { serviceIn } from '../../domain/arn.ts'
import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const databaseExported: Detector = {
  id: 'database-exported',
  title: 'Database, snapshot or image exported or copied to another region',
  weight: 0.56,
  group: 'exfiltration',
  attack: 'T1537',
  runbook: 'Cancel the export, then check who owns the destination bucket or uses the destination region.',
  readsRequest: 'harm',
  actions: [
    'rds:StartExportTask',
    'rds:CopyDBSnapshot',
    'rds:CopyDBClusterSnapshot',
    'ec2:CreateInstanceExportTask',
    'ec2:CreateStoreImageTask',
    'ec2:ExportImage',
  ],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    if (!signal.action.startsWith('rds:Copy')) return { reason: signal.action }
    // The ARN of the source snapshot holds its region; SDKs do not send the region as a parameter.
    const source = text(signal.request, 'sourceDBSnapshotIdentifier') ?? text(signal.request, 'sourceDBClusterSnapshotIdentifier') ?? ''
    const region = source.match(/[a-z]{2}-[a-z]+-\d/)?.[0]
    // AWS Backup copies by plans; whoever changes those is seen by that call.
    if (serviceIn(signal.origin.address) === 'backup') return undefined
    return region === undefined || region === signal.region ? undefined : { reason: `copied a snapshot from ${region} to ${signal.region}` }
  },
}
