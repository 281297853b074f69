import type { Detector } from '../detector.ts'

export const bucketListedByInstance: Detector = {
  id: 'bucket-listed-by-instance',
  title: 'All buckets listed by an instance',
  weight: 0.35,
  group: 'discovery',
  attack: 'T1619',
  runbook: 'Ask the owner whether the software on the instance lists buckets; if not, check which objects it read next.',
  actions: ['s3:ListBuckets'],
  matches({ credential }) {
    return /^i-[0-9a-f]{8,17}$/.test(credential.sessionName ?? '') ? { reason: `${credential.sessionName} listed every bucket` } : undefined
  },
}
