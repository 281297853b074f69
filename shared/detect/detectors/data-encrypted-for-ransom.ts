import { text } from '../../domain/signal.ts'

/** Names of notes that ransom gangs leave. */
const NOTE = /(ransom|decrypt|recover|restore|unlock|warning)[-_ a-z]*(note|files?|data|instructions?)?[^/]*\.(txt|html?)$/i

import type { Detector } from '../detector.ts'

export const dataEncryptedForRansom: Detector = {
  id: 'data-encrypted-for-ransom',
  title: 'Objects rewritten under a foreign key',
  weight: 0.62,
  group: 'abuse',
  attack: 'T1486',
  runbook: 'Stop the identity at once; objects encrypted by a key that the caller keeps cannot be read again.',
  actions: ['s3:CopyObject', 's3:PutObject', 's3:PutBucketEncryption'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const words = JSON.stringify(signal.request)
    const key = words.match(/arn:aws[a-z-]*:kms:[a-z0-9-]+:(\d{12}):/)?.[1]
    if (/customer-algorithm|customerAlgorithm/i.test(words)) return { reason: 'wrote an object under a key that only the caller has' }
    if (key !== undefined && key !== signal.account) return { reason: `wrote under a key of account ${key}` }
    const name = text(signal.request, 'key') ?? ''
    return NOTE.test(name) ? { reason: `wrote ${name}`, weight: 0.57 } : undefined
  },
}
