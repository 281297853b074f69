import { jsonOf } from '../../domain/parameters.ts'
import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** File names of ransom notes. */
const RANSOM_NOTE = /(ransom|decrypt|recover|restore|unlock|warning)[-_ a-z]*(note|files?|data|instructions?)?[^/]*\.(txt|html?)$/i

export const dataEncryptedForRansom: Detector = {
  id: 'data-encrypted-for-ransom',
  title: 'Objects encrypted with an outside key, or a ransom note written',
  weight: 0.62,
  group: 'impact',
  attack: 'T1486',
  runbook: 'Contain the identity at once, then restore objects from versions or backups: without the caller’s key they cannot be read.',
  readsRequest: 'harm',
  actions: ['s3:CopyObject', 's3:PutObject', 's3:PutBucketEncryption'],
  matches(signal) {
    if (signal.outcome !== 'success') return undefined
    const json = jsonOf(signal.request)
    const key = json.match(/arn:aws[a-z0-9-]*:kms:[a-z0-9-]+:(\d{12}):/)?.[1]
    if (/customer-algorithm|customerAlgorithm/i.test(json)) return { reason: 'encrypted an object with a key that only the caller has' }
    if (key !== undefined && key !== signal.account) return { reason: `encrypted with a key of account ${key}` }
    const name = text(signal.request, 'key') ?? ''
    return RANSOM_NOTE.test(name) ? { reason: `wrote ${name}`, weight: 0.57 } : undefined
  },
}
