import { jsonOf } from '../../domain/parameters.ts'
import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const dataSentOut: Detector = {
  id: 'data-sent-out',
  title: 'Data replicated or exported to another account',
  weight: 0.57,
  group: 'exfiltration',
  attack: 'T1537',
  runbook: 'Remove the replication rule or cancel the export, then find out how much data was copied.',
  readsRequest: 'rights',
  actions: ['s3:PutBucketReplication', 'dynamodb:ExportTableToPointInTime'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const owner = text(signal.request, 's3BucketOwner') ?? accountIn(jsonOf(signal.request, 'ReplicationConfiguration'))
    if (owner === undefined || owner === signal.account) return undefined
    return { reason: `${signal.action} into account ${owner}` }
  },
}

/** The account that a replication rule names as the owner of its destination. */
function accountIn(configuration: string): string | undefined {
  return configuration.match(/"Account":"?(\d{12})/)?.[1]
}
