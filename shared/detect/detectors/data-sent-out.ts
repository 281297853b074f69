import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

export const dataSentOut: Detector = {
  id: 'data-sent-out',
  title: 'Data set to flow into another account',
  weight: 0.57,
  group: 'abuse',
  attack: 'T1537',
  runbook: 'Take the rule or the task away, then find out how much went over.',
  actions: ['s3:PutBucketReplication', 'dynamodb:ExportTableToPointInTime'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const owner = text(signal.request, 's3BucketOwner') ?? accountIn(signal.request.ReplicationConfiguration)
    if (owner === undefined || owner === signal.account) return undefined
    return { reason: `${signal.action} into account ${owner}` }
  },
}

/** The account that a rule of replication names as the owner of its target. */
function accountIn(configuration: unknown): string | undefined {
  return JSON.stringify(configuration ?? {}).match(/"Account":"?(\d{12})/)?.[1]
}
