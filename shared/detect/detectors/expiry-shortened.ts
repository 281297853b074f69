import { jsonOf, oneOrMore, type Parameters } from '../../domain/parameters.ts'
import { text } from '../../domain/signal.ts'
import type { Detector } from '../detector.ts'

/** Names of buckets that probably hold logs. */
const LOG_BUCKET = /trail|log|audit|flow|config/i

export const expiryShortened: Detector = {
  id: 'expiry-shortened',
  title: 'Objects of a bucket set to expire within days',
  weight: 0.58,
  group: 'impact',
  attack: 'T1485.001',
  sparesOwnWorks: true,
  runbook: 'Remove the lifecycle rule before midnight UTC, when it takes effect; then ask who set it.',
  readsRequest: 'harm',
  actions: ['s3:PutBucketLifecycle', 's3:PutBucketLifecycleConfiguration'],
  matches(signal) {
    if (signal.outcome === 'failed') return undefined
    const days = shortestExpiry(signal.request)
    if (days === undefined || days > 7) return undefined
    const bucket = text(signal.request, 'bucketName') ?? 'a bucket'
    return { reason: `objects of ${bucket} expire after ${days} days`, weight: LOG_BUCKET.test(bucket) ? 0.58 : 0.4 }
  },
}

/** The shortest expiry that an enabled lifecycle rule sets, in days; undefined where none does. */
function shortestExpiry(request: Parameters): number | undefined {
  const rules = oneOrMore(request, 'LifecycleConfiguration', 'Rule').slice(0, 100)
  const days = rules.flatMap((one) => {
    const json = jsonOf(one)
    const found = json.match(/"Expiration":\{[^}]*"Days":"?(\d{1,5})/)?.[1]
    return found === undefined || /"Status":"Disabled"/.test(json) ? [] : [Number(found)]
  })
  return days.length === 0 ? undefined : Math.min(...days)
}
