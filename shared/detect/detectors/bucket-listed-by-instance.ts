import type { Detector } from '../detector.ts'

export const bucketListedByInstance: Detector = {
  id: 'bucket-listed-by-instance',
  title: 'Instance looks over all buckets',
  weight: 0.35,
  group: 'discovery',
  attack: 'T1619',
  runbook: 'Instances read the buckets they were made for; look which objects it read next.',
  actions: ['s3:ListBuckets'],
  matches({ credential }) {
    return /^i-[0-9a-f]{8,17}$/.test(credential.sessionName ?? '') ? { reason: `${credential.sessionName} listed every bucket` } : undefined
  },
}
